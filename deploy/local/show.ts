import { Listr } from 'listr2';

import type { OnStep } from './stack-options.js';

/** On a terminal: one line with a spinner per step. */
const live: OnStep = async (title, work) => {
  const list = new Listr([{ title, task: (_context, task) => work((text) => (task.output = text)) }], {
    // The caller handles Ctrl-C, because what was started must be stopped first.
    registerSignalListeners: false,
  });
  await list.run();
};

/** Elsewhere: plain lines, one when a step is done and one for each slow part. */
const plain: OnStep = async (title, work) => {
  const began = performance.now();
  await work((text) => text !== '' && console.log(`  ${title}: ${text}`));
  console.log(`${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
};

// On a terminal without a known width, the live view would print one character per line.
export const showStep: OnStep = process.stdout.isTTY && process.stdout.columns >= 40 ? live : plain;
