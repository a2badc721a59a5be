import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { addDays, HOUR_MS, startOfDay } from '#libs/contracts';
import {
  deriveHousehold,
  HouseholdError,
  newReceipt,
  openCodes,
  prepareApplication,
  prepareWithdrawal,
  type Door,
  type Wish,
} from '#libs/household';

import { Applied, eventually, someAnswers, TestCity, type JournalEntry } from '../support/city.js';

let city: TestCity;
let first: string;

beforeAll(async () => {
  city = await TestCity.start('demo', { clockOffsetMs: 0 });
  first = city.today;
});

afterAll(async () => {
  await city.stop();
});

const noonOf = (days: number): Date => new Date(startOfDay(addDays(first, days)) + 12 * HOUR_MS);

/** Advances to noon of a day, counted from the first. */
function day(days: number): Promise<void> {
  return city.advanceTo(noonOf(days));
}

/** Applies, but the payout slice is lost on the way: payments gets that of another household twice. */
async function applyWithoutPayout(): Promise<Applied> {
  const [own, other] = [newReceipt(), newReceipt()];
  const body = await prepareApplication(own, someAnswers(), city.setting);
  const { payout } = await prepareApplication(other, someAnswers(), city.setting);
  await city.kiosk.submit({ ...body, payout });
  return new Applied(city, own, await deriveHousehold(own));
}

/** Asks again if told to come back later: right after a jump of the clock, the new day is still being prepared. */
async function ask(household: Applied, wish: Wish, door: Door): Promise<void> {
  const tried = (): Promise<boolean> =>
    household.ask(wish, 1, door).then(
      () => true,
      (error: unknown) => {
        if (error instanceof HouseholdError && error.problem === 'unavailable') return false;
        throw error;
      },
    );
  await eventually('the request is taken', tried, (isTaken) => isTaken);
}

async function withdraw(household: Applied): Promise<void> {
  const requests = await prepareWithdrawal(household.receipt, await household.read(), city.setting);
  for (const request of requests) await city.phone.file(request);
}

async function codeOf(household: Applied): Promise<string> {
  const messages = await household.until(({ payments }) => payments?.status === 'ready-to-collect', 'a code');
  const [ready] = await openCodes(household.household, messages);
  return ready?.code ?? '';
}

async function collect(code: string): Promise<void> {
  const answer = await fetch(`${city.stack.urls['rail-simulator']}/cash/collections`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  expect(answer.status).toBe(200);
}

/** Returns what the partner has recorded about the payment with this code, oldest first. */
async function fateOf(code: string): Promise<readonly string[]> {
  const journal = await city.journal();
  const reference = journal.find((entry: JournalEntry) => entry.code === code)?.reference;
  return journal.filter((entry) => entry.reference === reference).map(({ kind }) => kind);
}

interface Books {
  readonly balanced: boolean;
  readonly accounts: Readonly<Record<string, string>>;
  readonly obligations: Readonly<Record<string, number>>;
}

const books = (): Promise<Books> => city.readPayments<Books>('/v1/books');

const until = (household: Applied, status: string): Promise<unknown> =>
  eventually(
    `${status} is read`,
    () => household.status(),
    (now) => now === status,
  );

describe('households and their clocks', () => {
  let withoutPayout: Applied;
  let fromHome: Applied;
  let uncollected: Applied;
  let unread: Applied;
  let uncollectedCode: string;

  it('withdrawn before its facts were read: nothing is granted, and all it reads is that it is closed', async () => {
    await city.stack.kill('eligibility');
    const household = await city.apply(someAnswers(), city.kiosk);
    await withdraw(household);
    await city.stack.restart('eligibility');
    await until(household, 'closed');
    const { payments, eligibility } = await household.until(
      (messages) => messages.payments !== undefined && messages.eligibility !== undefined,
      'both have heard',
    );
    expect([eligibility, payments].map((each) => each?.reasons)).toEqual([['withdrawn'], ['withdrawn']]);
    expect(await books()).toMatchObject({ balanced: true, obligations: {} });
  });

  it('withdrawn with its code out: the code is worthless, and its money is back', async () => {
    const before = await books();
    const household = await city.apply(someAnswers(), city.kiosk);
    const code = await codeOf(household);
    await withdraw(household);
    await until(household, 'closed');
    await eventually(
      'it is voided',
      () => fateOf(code),
      (fate) => fate.includes('cash-void'),
    );
    expect(await fateOf(code)).toEqual(['cash-issued', 'cash-void']);
    await eventually(
      'its money is back',
      books,
      ({ accounts }) => accounts['PHIL/available'] === before.accounts['PHIL/available'],
    );
    expect((await household.read()).payments).toMatchObject({ ready: [], reasons: ['withdrawn'] });
  });

  it('withdrawn after it was collected: closed, and paid stays paid', async () => {
    const household = await city.apply(someAnswers(), city.kiosk);
    const code = await codeOf(household);
    await collect(code);
    await withdraw(household);
    await until(household, 'closed');
    await eventually('the books know', books, ({ accounts }) => accounts['PHIL/paid'] === '25000');
    expect(await fateOf(code)).toEqual(['cash-issued', 'cash-collected']);
    expect(await books()).toMatchObject({ balanced: true });
  });

  it('on the seventh day without a word on how to be paid it is asked for one', async () => {
    withoutPayout = await applyWithoutPayout();
    fromHome = await city.apply(someAnswers(), city.phone);
    uncollected = await city.apply(someAnswers(), city.kiosk);
    uncollectedCode = await codeOf(uncollected);
    await until(withoutPayout, 'approved');
    await until(fromHome, 'come-and-confirm');
    await day(7);
    expect(await withoutPayout.status()).toBe('approved');
    await day(8);
    expect(await withoutPayout.status()).toBe('tell-us-how-to-pay');
    expect(await uncollected.status()).toBe('ready-to-collect');
  });

  it('whose keys died before anybody read it: it is told to apply again, and nothing waits for it', async () => {
    await city.stack.kill('eligibility');
    unread = await city.apply(someAnswers(), city.kiosk);
    // A service that is away makes no keys for new days. Nobody waits for them.
    await city.stack.advanceTo(noonOf(16));
    expect(await unread.status()).toBe('received');
    await city.stack.advanceTo(noonOf(17));
    expect(await unread.status()).toBe('apply-again');
    // An operator has vouched for the day before anybody read the message, so that its key goes.
    await city.rows('eligibility', 'UPDATE witnessed_day SET day = $1', [city.today]);
    await city.stack.restart('eligibility');
    await day(17);
    const after = await city.apply(someAnswers(), city.kiosk);
    await codeOf(after);
    expect(await unread.status()).toBe('apply-again');
    for (const service of ['eligibility', 'payments', 'notification'] as const) {
      expect([service, await city.parked(service)]).toEqual([service, 0]);
    }
  });

  it('on the thirtieth day its money goes back; told again, and seen, it is paid after all', async () => {
    const reserved = (await books()).accounts['PHIL/reserved'];
    expect(reserved).toBe('25000');
    await day(30);
    await eventually('its money is back', books, ({ accounts }) => accounts['PHIL/reserved'] === '0');
    await until(fromHome, 'closed');
    expect((await fromHome.read()).payments?.reasons).toEqual(['nobody-came-in-time', 'can-be-reopened']);
    expect(await withoutPayout.status()).toBe('tell-us-how-to-pay');
    await ask(withoutPayout, { to: 'payments', kind: 'payout-change', way: 'CASH' }, city.kiosk);
    expect(await fateOf(await codeOf(withoutPayout))).toEqual(['cash-issued']);
  });

  it('from home: comes on the fortieth day, is seen by a navigator, and collects', async () => {
    await day(40);
    await ask(fromHome, { to: 'payments', kind: 'presence' }, city.navigator);
    const code = await codeOf(fromHome);
    await collect(code);
    await day(41);
    await until(fromHome, 'collected');
    expect(await fateOf(code)).toEqual(['cash-issued', 'cash-collected']);
  });

  it('a code that nobody collects for sixty days is made worthless; asked for, there is another one', async () => {
    await day(61);
    await until(uncollected, 'closed');
    await eventually(
      'it is voided',
      () => fateOf(uncollectedCode),
      (fate) => fate.length > 1,
    );
    expect(await fateOf(uncollectedCode)).toEqual(['cash-issued', 'cash-void']);
    await ask(uncollected, { to: 'payments', kind: 'presence' }, city.kiosk);
    const code = await codeOf(uncollected);
    expect(code).not.toBe(uncollectedCode);
    expect(await fateOf(code)).toEqual(['cash-issued']);
    expect(await books()).toMatchObject({ balanced: true, freeze: null });
  });
});
