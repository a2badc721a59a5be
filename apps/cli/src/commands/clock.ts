import type { Command } from 'commander';

import { dayOf } from '#libs/contracts';
import { formOf } from '../arguments.js';
import { cityCommand } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';
import { OperateProblem } from '../problem.js';

const ALL = 'all';

interface Accepted {
  readonly outcome: 'accepted' | 'clocks-apart' | 'other-day';
  readonly day: string;
  readonly before: string;
}

/** A person vouches for the day after an outage, or after a clock was corrected in either direction. */
export function addClock(program: Command): void {
  const clock = program.command('clock').description('the day that services believe before they destroy anything');
  cityCommand(clock, 'accept', 'lets services destroy again what has ended, because the day is right')
    .argument('[services...]', `the services, or ${ALL}; ${ALL} by default`)
    .option(
      '--day <day>',
      'the day that is right (UTC), YYYY-MM-DD; today by the clock of this machine if absent',
      formOf('day'),
    )
    .addHelpText(
      'after',
      '\nLook at another clock first. While a service doubts its clock it keeps everything; what it destroys after' +
        '\nthis command does not come back. Let it read and send first: in `amparo status`, unread and unsent are 0.' +
        '\nRead docs/runbooks/clock.md.',
    )
    .action(async (names: readonly string[], options: CityOptions & { readonly day?: string }) => {
      const city = City.open(options);
      const named = names.includes(ALL) ? [] : names;
      const day = options.day ?? dayOf(city.now());
      const refused: string[] = [];
      for (const { service, name } of city.oneOf(named)) {
        const wish = { path: '/v1/operations/clock/accept', content: { day }, role: 'operator' } as const;
        const answer = await city.askAnyOf<Accepted>(service, wish);
        console.log(`${name}: ${textOf(answer, day)}`);
        if (answer.outcome !== 'accepted') refused.push(name);
      }
      if (refused.length > 0) throw new OperateProblem('refused', `not accepted by ${refused.join(', ')}`);
    });
}

function textOf({ outcome, day, before }: Accepted, wished: string): string {
  switch (outcome) {
    case 'accepted':
      return `accepted ${day}; checked against ${before} until now`;
    case 'clocks-apart':
      return 'its clock and that of its database differ; correct the wrong one';
    case 'other-day':
      return `has ${day}, and not ${wished}; correct its clock, or give the right day`;
  }
}
