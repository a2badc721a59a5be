import { describe, expect, it } from '@jest/globals';

import {
  commandBytes,
  contactSlice,
  CONTRACTS_VERSION,
  eligibilityRequest,
  encodeBoxAnswer,
  encodePayload,
  factsSlice,
  notificationRequest,
  paymentsBoxMessage,
  paymentsRequest,
  payoutSlice,
  SubmitApplicationV1,
  validate,
  type DirectoryV1,
  type SealedContract,
} from '#libs/contracts';
import { boxBinding, codeBinding, fromBase64url, hpkeSeal, toBase64url, verifyCommand } from '#libs/sealing';

import { answers, day, newIdentity, newSetting, open, services } from '../test/device.js';
import {
  deriveHousehold,
  newReceipt,
  openBoxes,
  openCodes,
  prepareApplication,
  prepareRequest,
  prepareWithdrawal,
  receiptTail,
  sealApplication,
  statusOf,
  type Answers,
} from './index.js';

const setting = newSetting();
/** Deriving the keys takes most of the time of a test. */
const known = newReceipt();
const holder = deriveHousehold(known).then((household) => ({ receipt: known, household }));

describe('an application', () => {
  it('fits the door, and each slice opens for its service alone, on its day alone', async () => {
    const body = await prepareApplication(newReceipt(), answers, setting);
    validate(SubmitApplicationV1, JSON.parse(JSON.stringify(body)));
    const slices = [
      ['eligibility', factsSlice, body.facts],
      ['payments', payoutSlice, body.payout],
      ['notification', contactSlice, body.contact ?? ''],
    ] as const;
    for (const [service, contract, sealed] of slices) {
      expect(open(service, contract, sealed)).toBeDefined();
      for (const other of services) {
        for (const [, otherContract] of slices) {
          if (other === service && otherContract === contract) continue;
          expect(() => open(other, otherContract, sealed)).toThrow();
        }
      }
      expect(() => open(service, contract, sealed, '2026-11-03')).toThrow();
    }
  });

  it.each<[string, Partial<Answers>]>([
    ['an event', { facts: { ...answers.facts, event: 'UNDOCUMENTED' } }],
    ['an impact', { facts: { ...answers.facts, impacts: ['I1', 'UNDOCUMENTED'] } }],
    ['a need', { facts: { ...answers.facts, needs: ['UNDOCUMENTED'] } }],
    ['an area', { facts: { ...answers.facts, residence: { ...answers.facts.residence, serviceArea: 'Mariagarcia' } } }],
    ['evidence', { facts: { ...answers.facts, residence: { ...answers.facts.residence, evidenceClass: 'MARIA' } } }],
    ['a payout method', { payout: { way: 'CHEQ' } }],
    ['a language', { contact: { ...answers.contact, language: 'gua-Guat' } }],
  ])('is not built with %s that the city does not know', async (_what, change) => {
    const built = sealApplication(await holder, { ...answers, ...change }, setting);
    await expect(built).rejects.toMatchObject({ code: 'unknown-code' });
  });

  it.each([
    { to: 'eligibility', kind: 'evidence-shown', evidenceClass: 'UNDOCUMENTED' },
    { to: 'payments', kind: 'payout-change', way: 'UNDOCUMENTED' },
    {
      to: 'notification',
      kind: 'contact-change',
      contact: { channel: 'none', leaveMessage: false, language: 'gua-Guat' },
    },
  ] as const)('is not changed to a code that the city does not know: $to', async (wish) => {
    const built = prepareRequest(newReceipt(), { wish, n: 1 }, setting);
    await expect(built).rejects.toMatchObject({ code: 'unknown-code' });
  });

  it('says nothing typed but the contact that was chosen, and never the receipt', async () => {
    const receipt = newReceipt();
    const phone = '+12135550177';
    const body = await prepareApplication(
      receipt,
      { ...answers, contact: { channel: 'text', phone, leaveMessage: false, language: 'es' } },
      setting,
    );
    const opened = [
      open('eligibility', factsSlice, body.facts),
      open('payments', payoutSlice, body.payout),
      open('notification', contactSlice, body.contact ?? ''),
    ].map((slice) => JSON.stringify(slice));
    for (const text of opened) {
      expect(text).not.toContain('Nowhere');
      expect(text).not.toContain('Synthetic');
      expect(text).not.toContain(receipt);
    }
    expect(opened.map((text) => text.includes(phone))).toEqual([false, false, true]);
    expect(opened[2]).toContain(`"tail":"${receiptTail(receipt)}"`);
  });

  it('gives no two services an equal value, but for the links that join exactly two', async () => {
    const body = await prepareApplication(newReceipt(), answers, setting);
    const strings = (value: unknown): string[] =>
      typeof value === 'string'
        ? [value]
        : typeof value === 'object' && value !== null
          ? Object.values(value).flatMap(strings)
          : [];
    const long = (slice: object): Set<string> => new Set(strings(slice).filter((text) => text.length >= 12));
    const [facts, payout, contact] = [
      long(open('eligibility', factsSlice, body.facts)),
      long(open('payments', payoutSlice, body.payout)),
      long(open('notification', contactSlice, body.contact ?? '')),
    ];
    expect([...facts].filter((text) => payout.has(text))).toEqual([]);
    expect([...facts].filter((text) => contact.has(text))).toHaveLength(1);
    expect([...payout].filter((text) => contact.has(text))).toHaveLength(1);
  });

  it('is sealed to what any of the pinned identities has signed, wherever it stands among them', async () => {
    const other = newIdentity();
    const pinnedAs = (make: (own: (typeof setting.pinned)[string]) => (typeof setting.pinned)[string]) => ({
      ...setting,
      pinned: Object.fromEntries(Object.entries(setting.pinned).map(([service, own]) => [service, make(own)])),
    });
    for (const make of [(own: (typeof other)[]) => [other, ...own], (own: (typeof other)[]) => [...own, other]]) {
      const body = await sealApplication(
        await holder,
        answers,
        pinnedAs((own) => make([...own])),
      );
      expect(open('eligibility', factsSlice, body.facts)).toBeDefined();
    }
    const alone = sealApplication(
      await holder,
      answers,
      pinnedAs(() => [other]),
    );
    await expect(alone).rejects.toMatchObject({ code: 'no-day-key' });
  });

  it('is not sealed to a key that no pinned identity has signed, nor for other contracts', async () => {
    const { directory } = setting;
    const [first, ...others] = directory.dayKeys;
    const changed = { ...first, publicKey: others[0]?.publicKey ?? '' } as DirectoryV1['dayKeys'][number];
    const forged = { ...setting, directory: { ...directory, dayKeys: [changed, ...others] } };
    await expect(prepareApplication(newReceipt(), answers, forged)).rejects.toMatchObject({ code: 'no-day-key' });
    await expect(prepareApplication(newReceipt(), answers, { ...setting, day: '2026-11-09' })).rejects.toMatchObject({
      code: 'no-day-key',
    });
    const newer = { ...setting, directory: { ...directory, contracts: CONTRACTS_VERSION + 1 } };
    await expect(prepareApplication(newReceipt(), answers, newer)).rejects.toMatchObject({ code: 'other-contracts' });
  });
});

describe('a request', () => {
  it('is signed by the household, and the signature holds for this request on this day only', async () => {
    const receipt = newReceipt();
    const household = await deriveHousehold(receipt);
    const filed = await prepareRequest(receipt, { wish: { to: 'eligibility', kind: 'withdraw' }, n: 3 }, setting);
    const request = open('eligibility', eligibilityRequest, filed.sealed) as { signature: string; n: number };
    const key = household.at.eligibility.commandKey;
    const signature = fromBase64url(request.signature);
    expect(request.n).toBe(3);
    expect(verifyCommand(key, commandBytes(eligibilityRequest, day, request), signature)).toBe(true);
    expect(verifyCommand(key, commandBytes(eligibilityRequest, '2026-11-03', request), signature)).toBe(false);
    expect(verifyCommand(key, commandBytes(eligibilityRequest, day, { ...request, n: 4 }), signature)).toBe(false);
  });

  it('to be paid in another way is as good as the first choice, should that one have been lost', async () => {
    const receipt = newReceipt();
    const { at, linkTokens, pickupCode } = await deriveHousehold(receipt);
    const wish = { to: 'payments', kind: 'payout-change', way: 'CASH' } as const;
    const filed = await prepareRequest(receipt, { wish, n: 1 }, setting);
    expect(open('payments', paymentsRequest, filed.sealed)).toMatchObject({
      kind: 'payout-change',
      receiptKey: toBase64url(at.payments.receiptKey),
      linkToken: toBase64url(linkTokens.payments),
      pickupCode,
    });
    const seen = await prepareRequest(receipt, { wish: { to: 'payments', kind: 'presence' }, n: 2 }, setting);
    expect(open('payments', paymentsRequest, seen.sealed)).not.toHaveProperty('receiptKey');
  });

  it('to withdraw goes to everybody who holds something', async () => {
    const messages = { eligibility: { highestRequest: 4 }, payments: { highestRequest: 1_000 } } as never;
    const filed = await prepareWithdrawal(newReceipt(), messages, setting);
    expect(filed.map(({ to }) => to)).toEqual(['eligibility', 'payments', 'notification']);
    const contracts = [eligibilityRequest, paymentsRequest, notificationRequest] as const;
    expect(filed.map(({ to, sealed }, at) => open(to, contracts[at] as SealedContract, sealed))).toMatchObject([
      { kind: 'withdraw', n: 5 },
      { kind: 'withdraw', n: 1_000 },
      { kind: 'stop', n: 1 },
    ]);
  });

  it('ends at a thousand', async () => {
    const wish = { to: 'notification', kind: 'stop' } as const;
    await expect(prepareRequest(newReceipt(), { wish, n: 1001 }, setting)).rejects.toMatchObject({
      code: 'no-more-requests',
    });
  });
});

describe('the boxes of a household', () => {
  it('open with its receipt alone; codes inside are sealed once more', async () => {
    const [household, stranger] = await Promise.all([deriveHousehold(newReceipt()), deriveHousehold(newReceipt())]);
    const keys = household.at.payments;
    const address = { box: keys.boxId, version: 5, lastDay: '2026-12-01' };
    const code = hpkeSeal({
      recipientKey: keys.receiptKey,
      ...codeBinding('CASH', '25000'),
      plaintext: Buffer.from('AAAA-BBBB-CCCC'.padEnd(32)),
    });
    const sealed = hpkeSeal({
      recipientKey: keys.receiptKey,
      ...boxBinding(paymentsBoxMessage, address),
      plaintext: encodePayload(paymentsBoxMessage, {
        status: 'ready-to-collect',
        version: 5,
        reasons: [],
        lastDay: '2026-12-01',
        highestRequest: 0,
        ready: [{ way: 'CASH', amountCents: '25000', code: toBase64url(code) }],
      }),
    });
    const empty = toBase64url(encodeBoxAnswer(undefined));
    const answer = toBase64url(encodeBoxAnswer({ ...address, sealed }));
    const messages = await openBoxes(household, [empty, empty, answer]);
    expect(statusOf(messages, '2026-11-02')).toBe('ready-to-collect');
    expect(await openCodes(household, messages)).toEqual([
      { way: 'CASH', amountCents: 25_000n, code: 'AAAA-BBBB-CCCC' },
    ]);
    expect(await openBoxes(stranger, [empty, empty, answer])).toEqual({});
    const later = toBase64url(encodeBoxAnswer({ ...address, version: 6, sealed }));
    expect(await openBoxes(household, [empty, empty, later])).toEqual({});
    expect(await openBoxes(household, [answer, answer, 'AAAA'])).toEqual({});
  });
});
