// `npm run docs:write`: writes the pages that are generated from the contracts and from the databases.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensure } from '../local/ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('../local/build.mjs');
await build();
const { generatedPages } = await import('../../dist/deploy/docs/pages.js');
const { databasePage } = await import('../../dist/deploy/docs/database-page.js');
const { tablesOfServices } = await import('../../dist/deploy/docs/databases.js');
const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = await generatedPages(root);
for (const [path, text] of [...pages, ['docs/database.md', databasePage(await tablesOfServices())]]) {
  await writeFile(join(root, path), text);
  console.log(path);
}
