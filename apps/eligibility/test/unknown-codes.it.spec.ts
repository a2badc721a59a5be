import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { factsSlice, type FactsSliceV1 } from '#libs/contracts';
import { markedFields } from '#libs/contracts/testing';
import { CityProfile } from '#libs/service';
import { someFacts } from '../../../test/support/signed-household.js';
import { EligibilityWorld, endOf } from './support.js';

let world: EligibilityWorld;

beforeAll(async () => {
  world = await EligibilityWorld.open();
});

afterAll(() => world.close());

beforeEach(() => world.service.clear());

const LETTERS = 'MARYAGARCEAHH';
/** Fields that the test's household fills with values of its own. */
const own = ['commandKey', 'receiptKey', 'paymentsHandle', 'linkToken'];
const random = `CQ${'A'.repeat(41)}`;
const example = {
  ...someFacts,
  commandKey: `WG${'Zm'.repeat(20)}Y`,
  receiptKey: random,
  paymentsHandle: random,
  linkToken: random,
  tokens: {},
  previousTokens: {},
};
const marked = markedFields(factsSlice, LETTERS, example).filter(({ path }) => !own.includes(path));

describe('facts with a code that the city does not know', () => {
  it.each(marked)(
    '$path: nothing of them is stored or said, and the household is told that a person will help',
    async (field) => {
      const changed = field.path.split('.')[0] as keyof FactsSliceV1;
      const household = world.household();
      await world.service.deliver([
        household.facts({
          tokens: { dwelling: 7, contact: 8 },
          [changed]: (field.payload as FactsSliceV1)[changed],
        }),
      ]);
      const published = await world.service.published();
      expect(endOf(household, published)).toMatchObject({ status: 'ask-a-person', reasons: [], grants: [] });
      expect(household.notices('eligibility', published)).toEqual(['need']);
      expect(await world.service.parked()).toEqual({});
      for (const kind of ['case', 'token', 'review', 'handled']) {
        expect(JSON.stringify(await world.kept(kind)).toUpperCase()).not.toContain(field.text.toUpperCase());
      }
      expect(await world.kept('token')).toEqual([]);
    },
  );

  it('are found in every field that a list closes', () => {
    expect(marked.map(({ path }) => path)).toEqual([
      'event',
      'impacts',
      'needs',
      'residence.serviceArea',
      'residence.evidenceClass',
    ]);
    expect(world.service.get(CityProfile).knows(factsSlice, { ...example } as FactsSliceV1)).toBe(true);
  });

  it('leave their neighbours in the batch as they are', async () => {
    const [good, bad, other] = [world.household(), world.household(), world.household()];
    await world.service.deliver([good.facts(), bad.facts({ event: 'UNDOCUMENTED' }), other.facts()]);
    const published = await world.service.published();
    const statuses = [good, bad, other].map((each) => each.box('eligibility', published)?.status);
    expect(statuses).toEqual(['approved', 'ask-a-person', 'approved']);
  });
});

describe('evidence of a class that the city does not know', () => {
  it('is stored nowhere, and the household is told that a person will help', async () => {
    const household = world.household();
    const wish = { kind: 'evidence-shown', evidenceClass: 'UNDOCUMENTED' } as const;
    await world.service.deliver([household.facts(), household.askEligibility(1, wish)]);
    const published = await world.service.published();
    expect(household.box('eligibility', published)).toMatchObject({
      status: 'approved',
      reasons: ['show-where-you-live-for-more', 'ask-a-person'],
      highestRequest: 1,
    });
    expect(JSON.stringify(await world.kept('case'))).not.toContain('UNDOCUMENTED');
    expect(await world.service.parked()).toEqual({});
  });
});
