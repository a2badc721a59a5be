// Bundles one module of the repository for a page and prints { code, files } as JSON. It is a separate process because
// Vite's native part refuses objects made inside Jest's virtual machine.
//
//     node test/support/bundle.mjs libs/x/test/support/page.ts
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [entry] = process.argv.slice(2);

const built = await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'error',
  build: {
    write: false,
    minify: false,
    target: 'es2023',
    lib: { entry: join(root, entry), formats: ['es'], fileName: 'bundle' },
    rolldownOptions: { output: { codeSplitting: false } },
  },
  // Set because a library build would leave the choice to the next bundler.
  resolve: { conditions: ['browser', 'module', 'import', 'default'] },
});
const [chunk, ...more] = built.flatMap(({ output }) => output);
if (chunk?.type !== 'chunk' || more.length > 0) throw new Error(`${entry} does not bundle into one module`);
const files = chunk.moduleIds.map((id) => id.replace(root, '').replaceAll('\0', ''));
process.stdout.write(JSON.stringify({ code: chunk.code, files }));
