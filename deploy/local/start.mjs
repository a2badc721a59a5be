// `npm start`: the whole system on this machine. See README.md beside this file.
import { existsSync, readFileSync } from 'node:fs';

import { ensure } from './ensure.mjs';

const args = process.argv.slice(2);
// `--help` works before the packages are installed: README.md has the same options at its top.
if (
  ['-h', '--help'].some((each) => args.includes(each)) &&
  !existsSync(new URL('../../node_modules', import.meta.url))
) {
  const [, options = ''] = readFileSync(new URL('README.md', import.meta.url), 'utf8').split('```');
  console.log(options.trim());
  process.exit(0);
}
await ensure(import.meta.url);
const { build } = await import('./build.mjs');
await build();
const { main } = await import('../../dist/deploy/local/main.js');
await main(args);
