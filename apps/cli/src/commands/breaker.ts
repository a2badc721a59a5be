import type { Command } from 'commander';

import { cityCommand } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';

export function addBreaker(program: Command): void {
  const breaker = program
    .command('breaker')
    .description('the circuit breaker of a service, which stops reading before it parks too many messages');
  cityCommand(breaker, 'reset', 'lets the service read again after the cause is fixed')
    .argument('<services...>', 'the services')
    .option('--set-aside', 'for the next minute, parks every message that fails, however many', false)
    .addHelpText(
      'after',
      '\nEach process stops separately, and all are reset: list all of them in the city file. If one stops again at' +
        '\nonce, its messages are bad, not the version of the service: read docs/runbooks/parked.md, then use' +
        '\n--set-aside.',
    )
    .action(async (names: readonly string[], options: CityOptions & { readonly setAside: boolean }) => {
      const city = City.open(options);
      for (const instance of city.of(names)) {
        const path = `/v1/operations/breaker/${options.setAside ? 'set-aside' : 'reset'}`;
        const wish = { path, role: 'operator' } as const;
        const { wasTripped } = await city.ask<{ wasTripped: boolean }>(instance, wish);
        console.log(`${instance.name}: ${wasTripped ? 'reads again' : 'had not stopped'}`);
      }
    });
}
