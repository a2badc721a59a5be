import type { Command } from 'commander';

import { formOf } from '../arguments.js';
import { signedCommand, type SignedOptions } from '../city-command.js';
import { City } from '../city.js';

/** A person decides one case at a time. An appeal goes to another person. */
export function addReview(program: Command): void {
  const review = program.command('review').description('cases that wait for a person, one at a time');
  signedCommand(review, 'next', 'shows the facts of one case, never the household').action(
    async (options: SignedOptions) => {
      const { next } = await send<{ next: object | null }>(options, 'next');
      console.log(next === null ? 'No case waits.' : JSON.stringify(next, undefined, 2));
    },
  );
  for (const verdict of ['approve', 'decline']) {
    signedCommand(review, verdict, `${verdict}s the case`)
      .argument('<case>', 'as `review next` prints it', formOf('case'))
      .action(async (name: string, options: SignedOptions) => {
        await send(options, 'resolve', { case: name, verdict });
        console.log('Resolved.');
      });
  }
}

async function send<T>(options: SignedOptions, name: string, content: object = {}): Promise<T> {
  const city = City.open(options);
  return city.ask<T>(city.one('eligibility'), {
    path: `/v1/review/${name}`,
    content,
    role: 'reviewer',
    as: options.as,
  });
}
