import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { services, type SubmitApplicationV1 } from '#libs/contracts';
import { deriveHousehold, newReceipt, sealApplication, type Messages } from '#libs/household';
import type { Household } from '#libs/sealing';

import { Applied, someAnswers, TestCity } from '../support/city.js';

/** More than the circuit breaker lets pass of what is a service's own fault. */
const MANY = 60;
/** What one case of these answers gets. */
const RAPID_CENTS = 25_000n;

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('los-angeles');
}, 120_000);

afterAll(() => city.stop());

/** A household whose device puts keys of another one into its slices, which no device of ours does. */
function mixed(own: Household, other: Household, which: 'box' | 'payments' | 'link'): Household {
  const { at, linkTokens } = own;
  if (which === 'link') return { ...own, linkTokens: { ...linkTokens, eligibility: other.linkTokens.eligibility } };
  if (which === 'box') {
    const { receiptKey } = other.at.eligibility;
    return { ...own, at: { ...at, eligibility: { ...at.eligibility, receiptKey } } };
  }
  const { householdRef } = other.at.payments;
  return { ...own, at: { ...at, payments: { ...at.payments, householdRef } } };
}

/** Seals an application with the keys of this household. */
function bodyOf(household: Household, receipt: string, answers = someAnswers()): Promise<SubmitApplicationV1> {
  return sealApplication({ receipt, household }, answers, city.setting);
}

async function newHousehold(): Promise<{ readonly receipt: string; readonly household: Household }> {
  const receipt = newReceipt();
  return { receipt, household: await deriveHousehold(receipt) };
}

async function expectGoingOn(): Promise<void> {
  const honest = await city.apply(someAnswers(), city.kiosk);
  // What a site releases by itself in an hour is bounded, so that the code may have to wait for a person.
  const isAnswered = ({ payments }: Messages): boolean =>
    payments !== undefined && ['approved', 'ready-to-collect'].includes(payments.status);
  await honest.until(isAnswered, 'payments answers an honest household', 60_000);
  for (const service of services) expect((await city.checks(service)).tripped).toBe(false);
}

describe('devices that give several applications the same keys', () => {
  it('are paid for one case, however many name the household that somebody has seen', async () => {
    const { receipt, household } = await newHousehold();
    await city.phone.submit(await bodyOf(household, receipt));
    const seen = new Applied(city, receipt, household);
    await seen.until(({ payments }) => payments?.status === 'come-and-confirm', 'the first case at payments');
    const decoys: Applied[] = [];
    for (let each = 0; each < 3; each += 1) {
      const own = await newHousehold();
      await city.phone.submit(await bodyOf(mixed(own.household, household, 'payments'), own.receipt));
      decoys.push(new Applied(city, own.receipt, own.household));
    }
    for (const decoy of decoys) await decoy.until(({ eligibility }) => eligibility !== undefined, 'a decision');
    await seen.ask({ to: 'payments', kind: 'presence' }, 1, city.kiosk);
    await seen.until(({ payments }) => payments?.status === 'ready-to-collect', 'the code', 60_000);
    await expectGoingOn();
    const { payments } = await seen.read();
    expect(payments?.ready).toHaveLength(1);
    expect(BigInt(payments?.amountCents ?? 0)).toBe(RAPID_CENTS);
  }, 120_000);

  it.each(['box', 'payments', 'link'] as const)(
    'of the %s stop no service',
    async (which) => {
      const first = await newHousehold();
      const bodies: SubmitApplicationV1[] = [];
      for (let each = 0; each < MANY; each += 1) {
        const { receipt, household } = await newHousehold();
        const { attested } = someAnswers().facts;
        // Those of one moment differ by what was decided.
        const answers = someAnswers(each % 2 === 0 ? {} : { attested: { ...attested, residence: false } });
        bodies.push(await bodyOf(mixed(household, first.household, which), receipt, answers));
      }
      // Texts are for households that somebody has seen. All come at once, so that their messages have one version.
      const door = which === 'link' ? city.kiosk : city.phone;
      await Promise.all(bodies.map((body) => door.submit(body)));
      await expectGoingOn();
    },
    120_000,
  );
});
