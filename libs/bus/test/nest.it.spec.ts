import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { INestMicroservice } from '@nestjs/common';

import { factsSubmitted, grantAwarded, grantCancelled, paymentsRequestFiled, payoutChosen } from '#libs/contracts';

import { BatchTransport, handlersFor, type BatchContext, type Delivery, type Handled } from '../src/index.js';
import { OnContract } from '../src/testing.js';
import { awarded, cancelled, eventually, id, ids, Keys, leaveEffects, World } from './support.js';

const On = handlersFor('payments');
type Results = Promise<readonly Handled[]>;
const done = (deliveries: readonly unknown[]): Handled[] => deliveries.map(() => ({ status: 'done' }));

@Controller()
class GrantEvents {
  @On(grantCancelled)
  async cancelled(deliveries: readonly Delivery<typeof grantCancelled>[], { unit }: BatchContext<'payments'>): Results {
    if (deliveries.some(({ payload }) => payload.grant === id('bad'))) throw new TypeError('canary in an error');
    await leaveEffects(unit.tx, deliveries);
    return done(deliveries);
  }

  @OnContract(grantAwarded)
  async awarded(deliveries: readonly Delivery<typeof grantAwarded>[], { unit }: BatchContext<'payments'>): Results {
    await leaveEffects(unit.tx, deliveries);
    return done(deliveries);
  }
}

@Controller()
class PayoutEvents {
  @On(payoutChosen)
  chosen(deliveries: readonly Delivery<typeof payoutChosen>[]): Results {
    return Promise.resolve(done(deliveries));
  }

  @On(paymentsRequestFiled)
  filed(deliveries: readonly Delivery<typeof paymentsRequestFiled>[]): Results {
    return Promise.resolve(done(deliveries));
  }
}

/** Misuse that must not compile is tested, too. */
export class Mistakes {
  // @ts-expect-error -- the deliveries of another contract
  @On(grantAwarded)
  wrongPayload(deliveries: readonly Delivery<typeof grantCancelled>[]): Results {
    return Promise.resolve(done(deliveries));
  }

  // @ts-expect-error -- a contract to another service
  @On(factsSubmitted)
  wrongService(): Results {
    return Promise.resolve([]);
  }

  // @ts-expect-error -- no result for each delivery
  @On(grantAwarded)
  noResult(_deliveries: readonly Delivery<typeof grantAwarded>[]): Promise<void> {
    return Promise.resolve();
  }

  // @ts-expect-error -- a unit that could say what another service says
  @On(grantAwarded)
  wrongUnit(_deliveries: readonly Delivery<typeof grantAwarded>[], _context: BatchContext<'eligibility'>): Results {
    return Promise.resolve([]);
  }
}

@Module({ controllers: [GrantEvents, PayoutEvents] })
class PaymentsModule {}

@Module({ controllers: [GrantEvents] })
class IncompleteModule {}

class Lines implements LoggerService {
  readonly all: string[] = [];
  log = (...said: unknown[]): void => void this.all.push(JSON.stringify(said.map(String)));
  error = this.log;
  warn = this.log;
}

describe('a Nest service on the bus', () => {
  let keys: Keys;
  let world: World;
  let app: INestMicroservice | undefined;
  beforeAll(async () => {
    keys = await Keys.create();
  });
  afterAll(() => keys.remove());
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await world.close();
  });

  it('gets its batches in its controllers; what one of them throws is parked and not logged', async () => {
    world = await World.create(keys);
    const [from, to] = [await world.database(), await world.database()];
    const { bus: eligibility } = world.bus('eligibility', from);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    const logger = new Lines();
    app = await NestFactory.createMicroservice(PaymentsModule, { strategy: new BatchTransport(payments), logger });
    await app.listen();
    await eligibility.transaction(async (unit) =>
      unit.publish(cancelled('a'), cancelled('bad'), awarded('b'), cancelled('c')),
    );
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= 3,
    );
    await eventually(
      () => to.parked(),
      (parked) => parked['handler-failed'] === 1,
    );
    expect(await to.effects()).toEqual(ids(['a', 'b', 'c']));
    expect(logger.all.filter((line) => line.includes('canary') || line.includes('TypeError'))).toEqual([]);
  });

  it('does not start when a contract to it has no handler', async () => {
    world = await World.create(keys);
    const { bus: payments } = world.bus('payments', await world.database());
    await payments.start();
    const strategy = new BatchTransport(payments);
    app = await NestFactory.createMicroservice(IncompleteModule, { strategy, logger: false });
    await expect(app.listen()).rejects.toMatchObject({ code: 'unhandled-contract' });
    expect((await payments.status()).consumer).toBe('stopped');
  });
});
