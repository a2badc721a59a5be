// `npm run docs:write`: writes the pages that are generated from the contracts.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { ensure } from '../local/ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('../local/build.mjs');
await build();
const { generatedPages } = await import('../../dist/deploy/docs/pages.js');
const root = fileURLToPath(new URL('../..', import.meta.url));
for (const [path, text] of await generatedPages(root)) {
  await writeFile(join(root, path), text);
  console.log(path);
}
