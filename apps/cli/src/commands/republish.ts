import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';

import type { Service } from '#libs/contracts';

import { cityCommand } from '../city-command.js';
import { OperateProblem } from '../problem.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';

const LOOK_MS = 500;
const PATIENCE_MS = 10 * 60_000;

export function addRepublish(program: Command): void {
  cityCommand(program, 'republish', 'sends everything again that can still be read, as after the broker lost its log')
    .argument('[services...]', 'which; all of them by default')
    .addHelpText('after', '\nDoes no harm at any time: whoever has a message already knows it by its key.')
    .action(async (names: readonly string[], options: CityOptions) => {
      const city = City.open(options);
      await Promise.all(city.oneOf(names).map(({ service }) => republish(city, service)));
    });
}

async function republish(city: City, service: Service): Promise<void> {
  const { left } = await city.askAnyOf<{ left: number }>(service, {
    path: '/v1/operations/republish',
    role: 'operator',
  });
  console.log(`${service}: sends again, ${left === 10_000 ? '10000 or more' : left} to look at`);
  const deadline = Date.now() + PATIENCE_MS;
  let told = left;
  for (let now = left; now > 0;) {
    if (Date.now() > deadline) throw new OperateProblem('not-done', `${service}: ${now} left`);
    await sleep(LOOK_MS);
    const health = await city.healthOfAny(service);
    const republishing = health?.checks['republishing'];
    if (typeof republishing !== 'number') continue;
    now = republishing;
    // Every tenth is progress enough.
    if (now < told - left / 10) console.log(`${service}: ${(told = now)} left`);
  }
  console.log(`${service}: done`);
}
