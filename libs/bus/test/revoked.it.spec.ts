import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { encodePayload, grantCancelled, keyLife } from '#libs/contracts';
import { pinsIn, resigner, SenderKeys, type IdentitySigner } from '#libs/sealing';

import { writeLog } from './log.js';
import {
  cancelled,
  eventually,
  id,
  ids,
  Keys,
  names,
  paymentsHandlers,
  today,
  World,
  type TestedDatabase,
} from './support.js';

const TOPIC = 'eligibility.grant-cancelled.v1';

let keys: Keys;
let world: World;
let from: TestedDatabase;
let to: TestedDatabase;
beforeAll(async () => {
  keys = await Keys.create();
});
afterAll(() => keys.remove());
beforeEach(async () => {
  world = await World.create(keys);
  [from, to] = [await world.database(), await world.database()];
});
afterEach(() => world.close());

const ring = (): ReturnType<Keys['ring']> => keys.ring('eligibility');
const signAnew = { resigner: () => resigner(ring(), keyLife) };

function sealedBy(identity: IdentitySigner): SenderKeys {
  return new SenderKeys({
    producer: 'eligibility',
    identity: () => identity,
    directory: keys.directory,
    life: keyLife,
  });
}

/** Revokes the key that signs, and waits until running services have noticed. */
async function revoke(): Promise<IdentitySigner> {
  const revoked = ring().identity();
  await ring().revokeIdentity(revoked.keyId, today(), pinsIn(keys.pinnedIdentitiesPath));
  await eventually(
    () => Promise.resolve(keys.directory.identityKey('eligibility', revoked.keyId)),
    (key) => key === undefined,
  );
  return revoked;
}

describe('a revoked identity', () => {
  it('is refused by its consumers; its producer signs all anew and sends it again; each fact counts once', async () => {
    const { bus: eligibility } = world.bus('eligibility', from, signAnew);
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    const all = names(6);
    await eligibility.transaction(async (unit) => unit.publish(...all.map((name) => cancelled(name))));
    await eventually(
      () => eligibility.status(),
      ({ relay }) => relay.sent === 6,
    );
    const revoked = await revoke();
    payments.consume(paymentsHandlers());
    await eventually(
      () => to.parked(),
      (parked) => parked['forged'] === 6,
    );
    // A thief of the key gains nothing by this.
    const payload = { grant: id('stolen'), version: 1, reason: 'withdrawn' } as const;
    const target = { contract: grantCancelled.name, version: 1, consumer: 'payments', day: today() };
    const forged = sealedBy(revoked).seal(target, encodePayload(grantCancelled, payload));
    await writeLog(world, TOPIC, [{ value: forged, day: today() }]);
    await eventually(
      () => to.parked(),
      (parked) => parked['forged'] === 7,
    );
    expect(await payments.retryParked()).toBe(7);
    await eventually(
      () => to.parked(),
      (parked) => parked['forged'] === 7,
    );
    expect(await to.effects()).toEqual([]);

    await eligibility.republish();
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= 6,
    );
    await eligibility.republish();
    await eligibility.transaction(async (unit) => unit.publish(cancelled('after')));
    await eventually(
      () => payments.status(),
      ({ counts }) => counts.repeated >= 6,
    );
    await eventually(
      () => to.effects(),
      (effects) => effects.length >= 7,
    );
    expect([await to.effects(), await to.parked()]).toEqual([ids([...all, 'after']), { forged: 7 }]);
    expect((await payments.status()).counts.done).toBe(7);
  });

  it('does no harm in a process that learns of it late: what it had sealed is signed anew as it leaves', async () => {
    const late = sealedBy(ring().identity());
    await revoke();
    const { bus: eligibility } = world.bus('eligibility', from, { ...signAnew, senderKeys: late });
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    payments.consume(paymentsHandlers());
    await eligibility.transaction(async (unit) => unit.publish(...names(3).map((name) => cancelled(name))));
    await eventually(
      () => payments.status(),
      ({ counts }) => counts.done + counts.parked === 3,
    );
    expect([await to.effects(), await to.parked()]).toEqual([ids(names(3)), {}]);
  });
});

describe('two identities of one producer', () => {
  it('are both believed while both are valid, in one log and without a restart', async () => {
    const { bus: eligibility } = world.bus('eligibility', from, {
      senderKeys: new SenderKeys({
        producer: 'eligibility',
        identity: () => ring().identity(),
        directory: keys.directory,
        life: keyLife,
      }),
    });
    const { bus: payments } = world.bus('payments', to);
    await Promise.all([eligibility.start(), payments.start()]);
    payments.consume(paymentsHandlers());
    await eligibility.transaction(async (unit) => unit.publish(...names(3, 'old').map((name) => cancelled(name))));
    await ring().rotateIdentity(today(), pinsIn(keys.pinnedIdentitiesPath));
    await eligibility.transaction(async (unit) => unit.publish(...names(3, 'new').map((name) => cancelled(name))));
    await eventually(
      () => payments.status(),
      ({ counts }) => counts.done + counts.parked === 6,
    );
    expect([await to.effects(), await to.parked()]).toEqual([ids([...names(3, 'old'), ...names(3, 'new')]), {}]);
  });
});
