// `npm run env:write`: makes the passwords and keys for `docker compose up`, once. See README.md beside this file.
import { ensure } from '../local/ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('../local/build.mjs');
await build();
const { main } = await import('../../dist/deploy/docker/env-file.js');
await main(process.argv.slice(2));
