import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { dayOf } from '#libs/contracts';

import { someAnswers, TestCity } from '../support/city.js';

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('santa-ana');
});

afterAll(async () => {
  await city.stop();
});

const bill = {
  impactPeriod: dayOf(new Date()).slice(0, 7),
  needs: ['HOU'],
  incomeAtOrBelow: true,
  billCents: '130000',
  residence: { inCity: true, serviceArea: 'Citywide', evidenceClass: 'R2', areaFit: 'inside' },
} as const;
const payout = { way: 'VEND', payee: { payee: 'PAYEE-1', accountReference: 'UNIT-EXAMPLE-1', consent: true } };

describe('a city that pays bills', () => {
  it('grants the bill, and lets it wait for release by people', async () => {
    const household = await city.apply(someAnswers({ ...bill, needs: ['HOU'] }, { payout }), city.kiosk);
    const messages = await household.until(({ payments }) => payments !== undefined, 'the reservation');
    expect(messages.eligibility).toMatchObject({ status: 'approved', amountCents: '130000' });
    expect(messages.payments).toMatchObject({ status: 'approved', reasons: ['being-prepared'], ready: [] });
    expect(await city.journal()).toEqual([]);
  });

  it('asks to be shown where the household lives before anything is paid', async () => {
    const residence = { inCity: true, serviceArea: 'Citywide', evidenceClass: 'R6', areaFit: 'inside' } as const;
    const household = await city.apply(someAnswers({ ...bill, needs: ['HOU'], residence }, { payout }), city.kiosk);
    const messages = await household.until(({ eligibility }) => eligibility !== undefined, 'the answer');
    expect(messages.eligibility).toMatchObject({ status: 'show-something', reasons: ['show-where-you-live'] });
    await household.ask({ to: 'eligibility', kind: 'evidence-shown', evidenceClass: 'R1' }, 1, city.navigator);
    await household.until(({ payments }) => payments?.amountCents === '130000', 'the grant');
  });
});
