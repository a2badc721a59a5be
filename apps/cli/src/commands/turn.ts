import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';

import { cityCommand } from '../city-command.js';
import { OperateProblem } from '../problem.js';
import type { CityOptions } from '../city-file.js';
import { City, type Instance } from '../city.js';

const LOOK_MS = 500;
const PATIENCE_MS = 30 * 60_000;

type Outcome = 'done' | 'not-due' | 'busy' | 'begun' | 'clock-doubted';

export function addTurn(program: Command): void {
  cityCommand(program, 'turn', 'runs the nightly turn now, if it was missed')
    .argument('[services...]', 'the services; all by default')
    .addHelpText('after', '\nServices run the turn themselves once a night. A turn that is not due is not repeated.')
    .action(async (names: readonly string[], options: CityOptions) => {
      const city = City.open(options);
      await Promise.all(city.oneOf(names).map((instance) => turn(city, instance)));
    });
}

async function turn(city: City, instance: Instance): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  let told = '';
  for (;;) {
    const wish = { path: '/v1/operations/turn', role: 'operator' } as const;
    const { outcome } = await city.ask<{ outcome: Outcome }>(instance, wish);
    const progress = String((await city.health(instance))?.checks['turning'] ?? '');
    const text = textOf(outcome, progress);
    if (text !== told) console.log(`${instance.name}: ${text}`);
    told = text;
    if (outcome === 'clock-doubted') throw new OperateProblem('refused', `${instance.name} doubts its clock`);
    if (outcome === 'done' || outcome === 'not-due') return;
    if (Date.now() > deadline) throw new OperateProblem('not-done', instance.name);
    await sleep(LOOK_MS);
  }
}

function textOf(outcome: Outcome, progress: string): string {
  switch (outcome) {
    case 'done':
      return 'every record is in tonight’s partition';
    case 'not-due':
      return 'no turn is due';
    case 'clock-doubted':
      return 'no turn while the clock is in doubt: amparo clock accept, after docs/runbooks/clock.md';
    case 'busy':
    case 'begun':
      return progress === '' || progress === 'no' ? 'turning' : `turning, ${progress}`;
  }
}
