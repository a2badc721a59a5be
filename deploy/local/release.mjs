// `npm run release`: two people release what waits for them. See README.md beside this file.
import { ensure } from './ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('./build.mjs');
await build();
const { main } = await import('../../dist/deploy/local/release.js');
await main(process.argv.slice(2));
