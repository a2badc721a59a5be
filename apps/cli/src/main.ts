// The contracts' validators read it while they are loaded.
import 'reflect-metadata';

import { run } from './program.js';

// Runs without a build step, as in the image: `node dist/apps/cli/src/main.js COMMAND`.
await run(process.argv.slice(2));
