// `npm run bench -- NAME [COUNT]`: measures one part on this machine and judges nothing. Run it on an idle machine.
import { ensure } from '../../deploy/local/ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('../../deploy/local/build.mjs');
await build();
const { main } = await import('../../dist/test/bench/main.js');
await main(process.argv.slice(2));
