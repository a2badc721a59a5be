import type { Service } from '#libs/contracts';

import type { AnyDelivery } from '../produce/unit-of-work.js';
import { BusError } from '../trouble/errors.js';
import { seenAs, type Opened } from './opening.js';
import type { Processor } from './processor.js';

/**
 * Number of pauses before `deliver` gives up. Two writers of the same new row conflict now and then, and one of them
 * retries; a database that is away stays away.
 */
const RESTS_MAX = 20;

function control(): Parameters<Processor<Service>['settle']>[1] {
  let rests = 0;
  return {
    aborted: () => false,
    rest: async (ms) => {
      rests += 1;
      if (rests > RESTS_MAX) throw new BusError('halted');
      await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 50)));
    },
  };
}

/**
 * Gives deliveries to a service's handlers as one batch, on a real database and without Kafka. Handled keys, outbox and
 * parking work as in the bus. For tests that try every order of a script.
 * @throws BusError `halted` where the bus would continue to wait for the database
 */
export async function deliver<S extends Service>(
  processor: Processor<S>,
  deliveries: readonly AnyDelivery[],
): Promise<void> {
  const opened = deliveries.map((delivery): Opened => {
    const { contract, payload, day } = delivery;
    const envelope = Buffer.from(JSON.stringify([contract.name, day, payload]), 'utf8');
    return {
      incoming: { contract, contractName: contract.name, day, envelope },
      kind: 'delivery',
      delivery,
      seen: seenAs(contract, payload, day),
    };
  });
  const { end } = await processor.settle(opened, control());
  if (end !== 'committed') throw new BusError('halted');
}

/** Every order of a script: 720 for six deliveries. */
export function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first, at) => ordersOf(items.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}
