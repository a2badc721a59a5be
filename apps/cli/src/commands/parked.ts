import { Option, type Command } from 'commander';
import { dismissalReasons, type ParkedView } from '#libs/service';

import { cityCommand } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';
import { table } from '../table.js';

interface Dismissal {
  readonly code: string;
  readonly reason: string;
}

export function addParked(program: Command): void {
  const parked = program.command('parked').description('messages that a service could not handle and has parked');
  cityCommand(parked, 'list', 'lists the parked messages and why they are parked; never their content')
    .argument('[services...]', 'the services; all by default')
    .action(async (names: readonly string[], options: CityOptions) => {
      const city = City.open(options);
      const rows: string[][] = [];
      for (const instance of city.oneOf(names)) {
        const wish = { path: '/v1/operations/parked', role: 'operator' } as const;
        const { groups } = await city.ask<{ groups: readonly ParkedView[] }>(instance, wish);
        rows.push(
          ...groups.map(({ contract, day, code, count, lastDay }) => [
            instance.name,
            contract,
            day,
            code,
            String(count),
            lastDay,
          ]),
        );
      }
      const head = ['service', 'contract', 'day', 'error code', 'messages', 'readable until'];
      console.log(rows.length === 0 ? 'No message is parked.' : table([head, ...rows]).join('\n'));
    });
  cityCommand(parked, 'dismiss', 'removes parked messages of one error code for good; the audit says who and why')
    .argument('<service>', 'the service')
    .requiredOption('--code <code>', 'the error code, as parked list prints it')
    .addOption(new Option('--reason <reason>', 'why nobody needs them').choices(dismissalReasons).makeOptionMandatory())
    .addHelpText(
      'after',
      '\nA dismissed message cannot be retried. The reasons are explained in docs/runbooks/parked.md.',
    )
    .action(async (name: string, { code, reason, ...options }: CityOptions & Dismissal) => {
      const city = City.open(options);
      for (const instance of city.oneOf([name])) {
        const wish = { path: '/v1/operations/parked/dismiss', role: 'operator', body: { code, reason } } as const;
        const { dismissed } = await city.ask<{ dismissed: number }>(instance, wish);
        console.log(`${instance.name}: ${dismissed} messages dismissed`);
      }
    });
  cityCommand(parked, 'retry', 'gives the parked messages to the service again')
    .argument('<services...>', 'the services')
    .addHelpText('after', '\nA message that fails again is parked again. Fix the cause first: docs/runbooks/parked.md.')
    .action(async (names: readonly string[], options: CityOptions) => {
      const city = City.open(options);
      for (const instance of city.oneOf(names)) {
        const wish = { path: '/v1/operations/parked/retry', role: 'operator' } as const;
        const { retried } = await city.ask<{ retried: number }>(instance, wish);
        console.log(`${instance.name}: ${retried} messages retried`);
      }
    });
}
