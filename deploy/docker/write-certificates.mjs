// `npm run certificates:write`: makes or renews the certificates for `docker compose up`. See README.md beside this file.
import { ensure } from '../local/ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('../local/build.mjs');
await build();
const { main } = await import('../../dist/deploy/docker/certificates-command.js');
await main(process.argv.slice(2));
