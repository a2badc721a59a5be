#!/usr/bin/env node
// `npm run amparo -- COMMAND`: operators' commands to a running city. See apps/cli/README.md.
import { ensure } from './ensure.mjs';

await ensure(import.meta.url);
const { build } = await import('./build.mjs');
await build();
await import('../../dist/apps/cli/src/main.js');
