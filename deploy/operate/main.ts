// The contracts' validators read it while they are loaded.
import 'reflect-metadata';

import { Command, CommanderError } from 'commander';

import { StackProblem } from '../local/problem.js';
import { addBrake } from './brake.js';
import { addHeld, addHold } from './hold.js';
import { addKeys } from './keys.js';
import { addLegalHold } from './legal-hold.js';
import { addParked } from './parked.js';
import { OperateProblem } from './problem.js';
import { addRelease } from './release.js';
import { addRepublish } from './republish.js';
import { addReview } from './review.js';
import { addStatus } from './status.js';
import { addTopics } from './topics.js';
import { addTurn } from './turn.js';

/** Every command of an operator. */
export function program(): Command {
  const amparo = new Command('amparo')
    .description('What operators tell a running city. None of it shows a household, because there is none to be seen.')
    .addHelpText('after', '\nMore of a command: amparo COMMAND --help. What to do when: docs/runbooks.')
    .showHelpAfterError('(see --help)')
    .exitOverride();
  for (const add of [
    addStatus,
    addRepublish,
    addParked,
    addBrake,
    addTurn,
    addTopics,
    addRelease,
    addHold,
    addHeld,
    addReview,
    addKeys,
    addLegalHold,
  ])
    add(amparo);
  return amparo;
}

/** Runs one command. The exit code is 0 when it was done, 1 when it was not; for `status` see there. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 1;
      return;
    }
    console.error(error instanceof OperateProblem || error instanceof StackProblem ? error.message : error);
    process.exitCode = 1;
  }
}
