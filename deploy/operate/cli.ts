import { main } from './main.js';

// Where everything is built already, as in the image: `node dist/deploy/operate/cli.js COMMAND`.
await main(process.argv.slice(2));
