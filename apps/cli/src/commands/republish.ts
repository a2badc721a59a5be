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
  cityCommand(
    program,
    'republish',
    'sends again every message that can still be read, for example after the broker lost its log',
  )
    .argument('[services...]', 'the services; all by default')
    .addHelpText('after', '\nThis is safe at any time: a consumer skips the messages that it has handled already.')
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
  console.log(`${service}: republishing, ${left === 10_000 ? '10000 or more' : left} messages left`);
  const deadline = Date.now() + PATIENCE_MS;
  let told = left;
  for (let now = left; now > 0;) {
    if (Date.now() > deadline) throw new OperateProblem('not-done', `${service}: ${now} messages left`);
    await sleep(LOOK_MS);
    const health = await city.healthOfAny(service);
    const republishing = health?.checks['republishing'];
    if (typeof republishing !== 'number') continue;
    now = republishing;
    // Prints progress in steps of a tenth.
    if (now < told - left / 10) console.log(`${service}: ${(told = now)} messages left`);
  }
  console.log(`${service}: done`);
}
