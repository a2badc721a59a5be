import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openCodes, staffSignatureHeaders } from '#libs/household';

import { eventually, someAnswers, TestCity } from '../support/city.js';

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start('demo');
});

afterAll(async () => {
  await city.stop();
});

describe('a household at a kiosk', () => {
  it('attests, and minutes later holds a code that the partner knows, for the amount it was told', async () => {
    const household = await city.apply(someAnswers(), city.kiosk);
    const messages = await household.until(({ payments }) => payments?.status === 'ready-to-collect', 'a code');
    expect(messages.eligibility).toMatchObject({ status: 'approved', reasons: ['show-where-you-live-for-more'] });
    const [ready, ...others] = await openCodes(household.household, messages);
    expect(others).toEqual([]);
    expect(ready?.amountCents).toBe(25_000n);
    const issued = (await city.journal()).filter(({ code }) => code === ready?.code);
    expect(issued).toMatchObject([{ kind: 'cash-issued', amountCents: '25000' }]);
  });

  it('is sent a text that says nothing, in its language, and only if it wanted one', async () => {
    const before = await texts();
    const silent = await city.apply(someAnswers(), city.kiosk);
    const phone = '+12135550142';
    const answers = someAnswers({}, { contact: { channel: 'text', phone, leaveMessage: false, language: 'es' } });
    const household = await city.apply(answers, city.kiosk);
    await Promise.all([silent, household].map((each) => each.until(({ payments }) => payments !== undefined, 'money')));
    const sent = await eventually('a text', texts, (now) => now.length > before.length);
    const tail = household.receipt.slice(-3);
    expect(sent.slice(before.length)).toEqual([
      `Ya está listo lo de su número que termina en ${tail}. Traiga su número. Responda ALTO para terminar.`,
    ]);
    expect(JSON.stringify(await city.journal())).not.toContain(phone.slice(2));
  });

  it('shows where it lives later and gets the rest, once two people have released it', async () => {
    const household = await city.apply(someAnswers(), city.kiosk);
    await household.until(({ payments }) => payments?.status === 'ready-to-collect', 'the rapid grant');
    await household.ask({ to: 'eligibility', kind: 'evidence-shown', evidenceClass: 'R1' }, 1, city.kiosk);
    await household.until(({ payments }) => payments?.amountCents === '110000', 'the standard grant');
    await releaseEverything();
    const messages = await household.until(({ payments }) => payments?.ready.length === 2, 'two codes');
    const codes = await openCodes(household.household, messages);
    expect(new Set(codes.map(({ amountCents }) => amountCents))).toEqual(new Set([25_000n, 85_000n]));
    expect(messages.eligibility?.highestRequest).toBe(1);
  });

  it('withdraws before release: nothing more is paid, and the code that is out is worthless', async () => {
    const answers = someAnswers({
      residence: { inCity: true, serviceArea: 'West', evidenceClass: 'R2', areaFit: 'inside' },
    });
    const household = await city.apply(answers, city.kiosk);
    await household.until(({ payments }) => payments?.status === 'ready-to-collect', 'the rapid grant');
    const [code] = await openCodes(household.household, await household.read());
    await household.ask({ to: 'eligibility', kind: 'withdraw' }, 1, city.phone);
    await household.until(({ eligibility }) => eligibility?.status === 'closed', 'the withdrawal');
    await household.until(({ payments }) => payments?.status === 'closed', 'everything taken back');
    expect(await household.status()).toBe('closed');
    await releaseEverything();
    expect((await household.read()).payments?.ready).toEqual([]);
    const { reference } = (await city.journal()).find((entry) => entry.code === code?.code) ?? {};
    const fate = await eventually(
      'the code is worthless',
      async () => (await city.journal()).filter((entry) => entry.reference === reference),
      (entries) => entries.length > 1,
    );
    expect(fate.map(({ kind }) => kind)).toEqual(['cash-issued', 'cash-void']);
  });
});

describe('a household on its own phone', () => {
  it('is decided, told to come and confirm, and paid only after a kiosk has seen it', async () => {
    const phone = '+12135550143';
    const contact = { channel: 'text', phone, leaveMessage: false, language: 'en' } as const;
    const before = await texts();
    const household = await city.apply(someAnswers({}, { contact }), city.phone);
    await household.until(({ payments }) => payments?.status === 'come-and-confirm', 'the invitation');
    await household.ask({ to: 'payments', kind: 'presence' }, 1, city.phone);
    await household.until(({ payments }) => payments?.highestRequest === 1, 'the request from home');
    expect(await household.status()).toBe('come-and-confirm');
    expect((await texts()).length).toBe(before.length);
    await household.ask({ to: 'payments', kind: 'presence' }, 2, city.navigator);
    const messages = await household.until(({ payments }) => payments?.status === 'ready-to-collect', 'a code');
    expect(await openCodes(household.household, messages)).toHaveLength(1);
  });
});

describe('two homes that look like one', () => {
  it('are looked at by a person: the second is not refused, and neither learns of the other', async () => {
    const first = someAnswers();
    const second = someAnswers({}, { typed: first.typed });
    const one = await city.apply(first, city.kiosk);
    await one.until(({ payments }) => payments !== undefined, 'the first');
    const other = await city.apply(second, city.kiosk);
    const messages = await other.until(({ eligibility }) => eligibility !== undefined, 'the second');
    expect(messages.eligibility).toMatchObject({ status: 'being-looked-at', reasons: ['a-person-looks-at-it'] });
    expect(await one.status()).toBe('ready-to-collect');
  });
});

describe('a receipt', () => {
  it('that nobody has used reads as nothing arrived, with an answer of the same size', async () => {
    const sizes = await Promise.all(
      [Buffer.alloc(32, 1), (await city.apply(someAnswers(), city.kiosk)).household.at.intake.boxId].map(
        async (box) => {
          const boxes = Array.from({ length: 3 }, () => Buffer.from(box).toString('base64url'));
          const answer = await fetch(`${city.stack.urls.intake}/v1/boxes/read`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ boxes }),
          });
          return [answer.status, (await answer.text()).length];
        },
      ),
    );
    expect(sizes[0]).toEqual(sizes[1]);
  });
});

describe('at the end', () => {
  it('the books balance and nothing is parked', async () => {
    const books = await city.readPayments<Record<string, unknown>>('/v1/books');
    expect(books).toMatchObject({ balanced: true, freeze: null });
    for (const service of ['intake', 'eligibility', 'payments', 'notification'] as const) {
      expect([service, await city.parked(service)]).toEqual([service, 0]);
    }
  });
});

async function texts(): Promise<readonly (string | undefined)[]> {
  return (await city.journal()).filter(({ kind }) => kind === 'sms-accepted').map(({ text }) => text);
}

/** Releases a batch: one person makes it, another approves it. */
async function releaseEverything(): Promise<void> {
  const { made } = await signed<{ made: { batch: string; digest: string } | null }>('maker-one', 'batches', {});
  if (made === null) return;
  const { batch, digest } = made;
  const answer = await signed<{ outcome: string }>('checker-one', 'approvals', { batch, digest });
  expect(answer.outcome).toBe('released');
}

async function signed<T>(name: string, path: string, content: object): Promise<T> {
  const body = JSON.stringify(content);
  const request = { method: 'POST', path: `/v1/release/${path}`, body };
  const signature = { createdSeconds: Math.floor(Date.now() / 1000), service: 'payments' };
  const headers = await staffSignatureHeaders(request, city.staff(name), signature);
  const answer = await fetch(`${city.stack.urls.payments}${request.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}
