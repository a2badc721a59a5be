#!/usr/bin/env node
// `npm run amparo -- COMMAND`: what operators tell a running city. See README.md beside this file.
import { ensure } from '../local/ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('../local/build.mjs');
await build();
await import('../../dist/deploy/operate/cli.js');
