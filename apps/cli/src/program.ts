import { Command, CommanderError } from 'commander';

import { marked } from './arguments.js';
import { addAudit } from './commands/audit.js';
import { addBreaker } from './commands/breaker.js';
import { addClock } from './commands/clock.js';
import { addDisputed, addFreeze } from './commands/freeze.js';
import { addKeys } from './commands/keys.js';
import { addLegalHold } from './commands/legal-hold.js';
import { addParked } from './commands/parked.js';
import { ConfigError } from '#libs/service';

import { OperateProblem } from './problem.js';
import { addRelease } from './commands/release.js';
import { addRepublish } from './commands/republish.js';
import { addReview } from './commands/review.js';
import { addRevoke } from './commands/revoke.js';
import { addStatus } from './commands/status.js';
import { addTopics } from './commands/topics.js';
import { addTurn } from './commands/turn.js';

/** Every command of an operator. */
function program(): Command {
  const amparo = new Command('amparo')
    .description('Operates a running city. No command shows a household, because operators can read none.')
    .addHelpText('after', '\nHelp on a command: amparo COMMAND --help. Instructions for incidents: docs/runbooks.')
    // Its own sentences repeat what was entered, which may be a receipt.
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  for (const add of [
    addStatus,
    addRepublish,
    addParked,
    addBreaker,
    addTurn,
    addClock,
    addTopics,
    addRelease,
    addFreeze,
    addDisputed,
    addReview,
    addAudit,
    addRevoke,
    addKeys,
    addLegalHold,
  ])
    add(amparo);
  return amparo;
}

const sentences: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'error: there is no such command',
  'commander.unknownOption': 'error: there is no such option',
  'commander.excessArguments': 'error: too many arguments',
  'commander.invalidArgument': 'error: an argument or option has the wrong form',
};

/** Commander's sentences about what is missing repeat no input. */
function sentenceOf({ code, message }: CommanderError): string {
  const isMissing = /missing/i.test(code);
  return sentences[code] ?? (isMissing ? message : 'error: the command has the wrong form');
}

/** Runs one command. The exit code is 0 for success and 1 for failure; `status` has its own codes. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...marked(args)], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 1;
      if (!/help|version/i.test(error.code)) console.error(`${sentenceOf(error)} (see --help)`);
      return;
    }
    console.error(error instanceof OperateProblem || error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  }
}
