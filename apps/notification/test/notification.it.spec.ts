import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { BusError } from '#libs/bus';
import { ordersOf, type AnyDelivery } from '#libs/bus/testing';
import { dayNumber } from '#libs/contracts';

import { doorsOf, doorsOfEach } from '../../../test/support/doors.js';
import type { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { byText, keptBy, notAtAll, openNotification, Sender, today } from './support.js';

const first = '+10005550123';
const second = '+10005550124';

let keyrings: TestKeyrings;
let service: ServiceUnderTest<'notification'>;
let deliver: (deliveries: readonly AnyDelivery[]) => Promise<void>;
let sender: Sender;

beforeAll(async () => {
  keyrings = await TestKeyrings.create();
  service = await openNotification(keyrings, { SMS_URL: 'http://127.0.0.1:1' });
  deliver = (deliveries) => service.deliver(deliveries);
  sender = await Sender.create(keyrings);
});

afterEach(() => service.clear());

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

/** Of two transactions that write the same new row at once, one has to repeat. The bus repeats by itself. */
async function untilDone(act: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof BusError && error.code === 'halted')) throw error;
    }
  }
}

const kept = (): ReturnType<typeof keptBy> => keptBy(service);

describe('the doors', () => {
  it('are these and no others, and without a signature only the public ones answer', async () => {
    expect(await doorsOf(service)).toEqual(doorsOfEach);
  });
});

describe('any order of the messages about a household ends in the same state', () => {
  const scripts: readonly (readonly [string, () => Promise<readonly AnyDelivery[]>])[] = [
    [
      'a slice, notices of both sides, two changes of number',
      async () => [
        await sender.gives(byText(first)),
        sender.notice('eligibility', 1),
        sender.notice('eligibility', 2, 'ready'),
        sender.notice('payments', 1),
        await sender.asks({ kind: 'contact-change', n: 1, contact: byText(second, 'es') }),
        await sender.asks({ kind: 'contact-change', n: 2, contact: byText(first, 'es') }),
      ],
    ],
    [
      'no texts at first, then texts',
      async () => [
        await sender.gives(notAtAll),
        sender.notice('eligibility', 1),
        sender.notice('payments', 1),
        await sender.asks({ kind: 'contact-change', n: 1, contact: byText(first) }),
      ],
    ],
    [
      'a stop, with a later change and notices',
      async () => [
        await sender.gives(byText(first)),
        sender.notice('eligibility', 1),
        sender.notice('payments', 2),
        await sender.asks({ kind: 'stop', n: 1 }),
        await sender.asks({ kind: 'contact-change', n: 2, contact: byText(second) }),
      ],
    ],
    [
      'a phone that is not safe, reported before anything else',
      async () => [
        await sender.gives(byText(first)),
        sender.notice('eligibility', 1),
        await sender.asks({ kind: 'unsafe', n: 1 }),
        await sender.asks({ kind: 'stop', n: 2 }),
      ],
    ],
    [
      'requests and notices of a household whose slice never comes',
      async () => [
        sender.notice('eligibility', 1),
        sender.notice('eligibility', 2),
        await sender.asks({ kind: 'contact-change', n: 1, contact: byText(first) }),
        await sender.asks({ kind: 'contact-change', n: 2, contact: notAtAll }),
      ],
    ],
    [
      'notices and a change of a household that never gave a slice',
      async () => [
        sender.notice('eligibility', 1),
        await sender.asksInFull(1, byText(first)),
        sender.notice('payments', 2),
        await sender.asksInFull(2, byText(second, 'es')),
      ],
    ],
  ];

  // Up to 720 orders of each, one delivery after another.
  it.each(scripts)(
    '%s',
    async (_name, script) => {
      const deliveries = await script();
      await deliver(deliveries);
      const expected = await kept();
      expect(expected['parked']).toEqual([]);
      for (const order of ordersOf(deliveries)) {
        await service.clear();
        for (const delivery of order) await deliver([delivery]);
        expect(await kept()).toEqual(expected);
      }
    },
    400_000,
  );
});

describe('the stored state', () => {
  it('is one text for each notice, with no number in it', async () => {
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 5), sender.notice('payments', 6)]);
    const { text, contact, link } = await kept();
    expect(text?.map((row) => JSON.parse(row.slice(81)) as unknown)).toEqual(
      expect.arrayContaining([
        { from: 'eligibility', handle: sender.householdRef, version: 5, day: dayNumber(today()) },
        { from: 'payments', handle: sender.householdRef, version: 6, day: dayNumber(today()) },
      ]),
    );
    expect(text).toHaveLength(2);
    expect([contact?.length, link?.length]).toEqual([1, 2]);
    expect(contact?.[0]).toContain(first);
  });

  it.each(['stop', 'unsafe'] as const)('holds no number after %s, and nothing waits to be sent', async (kind) => {
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 1)]);
    await deliver([await sender.asks({ kind, n: 1 })]);
    await deliver([
      sender.notice('eligibility', 2),
      await sender.asks({ kind: 'contact-change', n: 2, contact: byText(second) }),
      await sender.gives(byText(first)),
    ]);
    const { text, contact } = await kept();
    expect(text).toEqual([]);
    expect(contact).toHaveLength(1);
    expect(JSON.stringify(contact)).not.toMatch(/5550|phone|language/);
  });

  it('is a waiting notice without a contact while its household is unknown', async () => {
    await deliver([sender.notice('eligibility', 1)]);
    expect(await kept()).toMatchObject({ contact: [], text: [], link: [expect.stringContaining('"waiting":[{')] });
    await deliver([await sender.gives(byText(first))]);
    expect((await kept())['text']).toHaveLength(1);
  });

  it('has texts for a household whose change came in place of a slice', async () => {
    await deliver([sender.notice('eligibility', 1), await sender.asksInFull(1, byText(first))]);
    expect((await kept())['text']).toHaveLength(1);
    await deliver([sender.notice('payments', 1), await sender.gives(byText(second))]);
    const { text, contact } = await kept();
    expect([text?.length, contact?.length]).toEqual([2, 1]);
    expect(contact?.[0]).toContain(first);
  });

  it('has room for the largest values', async () => {
    const notices = Array.from({ length: 10 }, (_, at) => sender.notice('eligibility', Number.MAX_SAFE_INTEGER - at));
    await deliver(notices);
    await deliver([await sender.gives(byText(first, 'zh-Hant'))]);
    await deliver([await sender.asks({ kind: 'contact-change', n: 1000, contact: byText(second, 'zh-Hant') })]);
    const { text, parked } = await kept();
    expect([text?.length, parked]).toEqual([8, []]);
  });

  it('has the first language of the city in place of one that the city does not know', async () => {
    await deliver([await sender.gives(byText(first, 'gua-Guat'))]);
    expect(JSON.stringify(await kept())).toMatch(/"language\W+en\b/);
    const contact = byText(second, 'mar-Garc');
    await deliver([await sender.asks({ kind: 'contact-change', n: 1, contact })]);
    expect(JSON.stringify(await kept())).not.toMatch(/gua-Guat|mar-Garc/);
    await deliver([await sender.asks({ kind: 'contact-change', n: 2, contact: byText(first, 'quc') })]);
    expect(JSON.stringify(await kept())).toMatch(/"language\W+quc\b/);
  });

  it('does not grow with redelivered messages', async () => {
    const script = [await sender.gives(byText(first)), sender.notice('eligibility', 1)];
    await deliver(script);
    const once = await kept();
    await deliver([...script, ...script]);
    expect(await kept()).toEqual(once);
  });

  it('joins a notice and a slice that arrive at the same moment', async () => {
    for (let round = 0; round < 12; round += 1) {
      await service.clear();
      const [slice, notice] = [await sender.gives(byText(first)), sender.notice('payments', 1)];
      await Promise.all([untilDone(() => deliver([slice])), untilDone(() => deliver([notice]))]);
      expect((await kept())['text']).toHaveLength(1);
    }
  });
});

describe('a message that cannot be verified is parked, and changes nothing:', () => {
  const codes = async (): Promise<readonly string[]> =>
    ((await kept())['parked'] ?? []).map((row) => /"code":"([^"]*)"/.exec(row)?.[1] ?? '');

  it('a slice that was changed after it was signed', async () => {
    await deliver([await sender.gives(byText(first), { contact: byText(second) })]);
    expect(await codes()).toEqual(['slice-not-signed']);
    expect((await kept())['contact']).toEqual([]);
  });

  it('a stop that the household did not sign', async () => {
    await deliver([await sender.gives(byText(first))]);
    await deliver([await sender.asks({ kind: 'contact-change', n: 1, contact: notAtAll }, { kind: 'stop' })]);
    expect(await codes()).toEqual(['slice-not-signed']);
    expect(JSON.stringify((await kept())['contact'])).toContain(first);
  });

  it('a slice that was sealed for another day or is no slice, and a change without a choice', async () => {
    const slice = await sender.gives(byText(first));
    const payload = slice.payload as { sealed: string };
    await deliver([
      { ...slice, payload: { ...payload, sealed: `${payload.sealed.slice(0, -8)}AAAAAAAA` } },
      await sender.asks({ kind: 'contact-change', n: 1 }),
    ]);
    await deliver([{ ...(await sender.gives(byText(first))), day: '2020-01-01' }]);
    expect((await codes()).toSorted()).toEqual(['request-incomplete', 'slice-key-gone', 'slice-not-opened']);
  });
});
