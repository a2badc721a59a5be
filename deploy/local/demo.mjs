// `npm run demo`: synthetic households apply, and each reads its answer. See README.md beside this file.
import { ensure } from './ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('./build.mjs');
await build();
const { main } = await import('../../dist/deploy/demo/main.js');
await main(process.argv.slice(2));
