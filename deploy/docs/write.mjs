// `npm run docs:write`: writes the pages that are generated from the contracts, the routes and the databases.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensure } from '../local/ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('../local/build.mjs');
await build();
const { generatedPages } = await import('../../dist/deploy/docs/pages.js');
const { databasePage } = await import('../../dist/deploy/docs/database-page.js');
const { tablesOfServices } = await import('../../dist/deploy/docs/databases.js');
const { openApiPages } = await import('../../dist/deploy/docs/openapi-pages.js');
const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = await generatedPages(root);
for (const [path, text] of [
  ...pages,
  ...(await openApiPages()),
  ['docs/database.md', databasePage(await tablesOfServices())],
]) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  console.log(path);
}
