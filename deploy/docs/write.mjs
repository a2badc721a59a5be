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
const { madeByServices } = await import('../../dist/deploy/docs/databases.js');
const { schemaFiles, schemaText } = await import('../../dist/deploy/docs/schema-files.js');
const { openApiPages } = await import('../../dist/deploy/docs/openapi-pages.js');
const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = await generatedPages(root);
const { tables, schemas } = await madeByServices();
for (const [path, text] of [
  ...pages,
  ...(await openApiPages()),
  ['docs/database.md', databasePage(tables)],
  ...schemaFiles(schemas).map((file) => [file.path, schemaText(file)]),
]) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  console.log(path);
}
