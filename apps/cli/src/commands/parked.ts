import type { Command } from 'commander';
import type { ParkedView } from '#libs/service';

import { cityCommand } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';
import { table } from '../table.js';

export function addParked(program: Command): void {
  const parked = program.command('parked').description('messages that a service could not handle and has set aside');
  cityCommand(parked, 'list', 'what is set aside and why; never what is in it')
    .argument('[services...]', 'which; all of them by default')
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
      const head = ['service', 'contract', 'of the day', 'why', 'messages', 'can be opened until'];
      console.log(rows.length === 0 ? 'Nothing is set aside.' : table([head, ...rows]).join('\n'));
    });
  cityCommand(parked, 'retry', 'puts what is set aside before its service once more')
    .argument('<services...>', 'which')
    .addHelpText('after', '\nWhat fails again is set aside again. Mend the cause first: docs/runbooks/parked.md.')
    .action(async (names: readonly string[], options: CityOptions) => {
      const city = City.open(options);
      for (const instance of city.oneOf(names)) {
        const wish = { path: '/v1/operations/parked/retry', role: 'operator' } as const;
        const { retried } = await city.ask<{ retried: number }>(instance, wish);
        console.log(`${instance.name}: ${retried} tried again`);
      }
    });
}
