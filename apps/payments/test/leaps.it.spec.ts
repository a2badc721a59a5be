import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, services } from '#libs/contracts';
import { leapsInDays, survivesLeaps, whichLeap } from '../../../test/support/leaps.js';
import { DisbursementService } from '../src/disbursement/index.js';
import { payments, PaymentsModule } from '../src/payments.module.js';
import { PaymentsWorld, still } from './support.js';

survivesLeaps({
  definition: payments,
  module: PaymentsModule,
  options: {
    ...still,
    env: { ANCHOR: mkdtempSync(join(tmpdir(), 'anchor-')), RAIL_URL: 'http://127.0.0.1:1' },
  },
});

describe('the money of households, when clocks leap', () => {
  let world: PaymentsWorld;

  beforeAll(async () => {
    world = await PaymentsWorld.open({ gate: 'real' });
    const [paid, silent] = [world.household(), world.household()];
    await world.service.deliver([paid.payout('CASH', { site: 'S-1' }), world.grant(paid), world.grant(silent)]);
    await world.runRailRound();
  });
  afterAll(() => world.close());

  const states = (): Promise<readonly object[]> =>
    world.rows('SELECT state, secret_lost AS "isSecretLost" FROM instrument ORDER BY reference');
  const statuses = (): Promise<readonly object[]> => world.rows('SELECT status FROM obligation ORDER BY id');
  const wakes = (): Promise<readonly object[]> =>
    world.rows(`SELECT due FROM record WHERE kind = 'wake' ORDER BY due, lookup`);
  const ISSUED = [{ state: 'issued', isSecretLost: false }];

  /** Everything that looks at the clocks of households. */
  async function liveOn(): Promise<void> {
    await world.passDay();
    const obligations = await world.rows<{ id: Buffer }>('SELECT id FROM obligation');
    const others = obligations.map(({ id }) => id.toString('base64url'));
    await world.service.bus.transaction((unit) =>
      world.service.get(DisbursementService).tryAgain({ nextInLine: [], others }, unit),
    );
  }

  it.each(whichLeap.flatMap((which) => leapsInDays.map((days) => [which, days] as const)))(
    'of %s, by %d days: no code is voided and no grant lapses',
    async (which, days) => {
      const before = [await statuses(), await wakes()];
      world.leap(which, days);
      await liveOn();
      expect([await states(), await statuses(), await wakes()]).toEqual([ISSUED, ...before]);
      world.leap(which, -days);
      await liveOn();
      expect([await states(), await statuses(), await wakes()]).toEqual([ISSUED, ...before]);
    },
  );

  it.each([9, 400])(
    'of both, by %d days: a rail that was asked then is asked again when the clocks are right',
    async (days) => {
      world.leap('both', days);
      expect(await world.runRailRound()).toBe(1);
      world.leap('both', -days);
      world.pass(2 * HOUR_MS);
      expect(await world.runRailRound()).toBe(0);
      await world.pullBack();
      expect([await world.runRailRound(), await states()]).toEqual([1, ISSUED]);
    },
  );

  it('lapses and voids after a person has accepted the day', async () => {
    world.leap('both', 61);
    await world.rows('UPDATE witnessed_day SET day = $1', [world.day]);
    for (const each of services) await world.keyrings.ring(each).ensureDayKeys(world.day);
    await liveOn();
    expect(await states()).toEqual([{ state: 'issued', isSecretLost: true }]);
  });
});
