// `npm run review`: a person settles a case that waits for one. See README.md beside this file.
import { ensure } from './ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('./build.mjs');
await build();
const { main } = await import('../../dist/deploy/local/review.js');
await main(process.argv.slice(2));
