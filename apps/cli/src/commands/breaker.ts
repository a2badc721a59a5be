import type { Command } from 'commander';

import { cityCommand } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';

export function addBreaker(program: Command): void {
  const breaker = program
    .command('breaker')
    .description('a service that has stopped reading because it would have set too much aside');
  cityCommand(breaker, 'reset', 'lets it read on, when the cause is mended')
    .argument('<services...>', 'which')
    .option('--set-aside', 'sets aside whatever is bad in the next minute, however much it is', false)
    .addHelpText(
      'after',
      '\nEach process stops by itself, and each is released: name all of them in the city file. One that stops again' +
        '\nat once has bad messages before it, not a bad release: look at docs/runbooks/parked.md, then use' +
        '\n--set-aside.',
    )
    .action(async (names: readonly string[], options: CityOptions & { readonly setAside: boolean }) => {
      const city = City.open(options);
      for (const instance of city.of(names)) {
        const path = `/v1/operations/breaker/${options.setAside ? 'set-aside' : 'reset'}`;
        const wish = { path, role: 'operator' } as const;
        const { wasTripped } = await city.ask<{ wasTripped: boolean }>(instance, wish);
        console.log(`${instance.name}: ${wasTripped ? 'reads on' : 'had not stopped'}`);
      }
    });
}
