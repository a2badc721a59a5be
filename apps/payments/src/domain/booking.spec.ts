import { describe, expect, it } from '@jest/globals';
import { bookingOf, type BookingTerms } from './booking.js';
import { changeOf } from './ledger.js';
import type { Obligation, Instrument } from './obligation.js';

const head = { seq: 6n, hash: new Uint8Array(32) };
const now = Date.UTC(2026, 10, 18, 15, 5);
const thisHour = Date.UTC(2026, 10, 18, 15);
const nextHour = Date.UTC(2026, 10, 18, 16);

const terms: BookingTerms = {
  nowMs: now,
  selection: 'first-complete-first-served-within-tier',
  ids: {
    orderOf: (obligation) => new TextEncoder().encode(`order of ${obligation}`),
    railReferenceOf: (...parts) => new TextEncoder().encode(parts.join('/')),
  },
  railNames: new Map([['o-1', 'r-1']]),
};

const instrument = (change: Partial<Instrument>): Instrument => ({
  number: 0,
  generation: 0,
  amountCents: 25_000n,
  payoutMethod: 'CASH',
  site: undefined,
  state: 'waiting-release',
  isSecretLost: false,
  isClaimed: false,
  inquireFirst: false,
  ...change,
});

const obligation = (...instruments: Instrument[]): Obligation => ({
  id: 'o-1',
  kind: 'rapid',
  amountCents: 25_000n,
  needs: ['FOD'],
  tier: 1,
  serviceArea: 'East',
  status: 'reserved',
  fund: 'GIFT',
  instruments,
});

describe('a commit of the ledger', () => {
  it('keeps each posting as two entries, and sums only the balances', () => {
    const line = { fund: 'GIFT', from: 'available', to: 'reserved', obligation: 'o-1' } as const;
    const { entries, balances } = bookingOf(
      head,
      changeOf(
        [],
        [
          { ...line, amountCents: 10n },
          { ...line, amountCents: 5n },
        ],
      ),
      terms,
    );
    expect(entries).toEqual([
      { account: 'GIFT/available', cents: -10n, obligation: 'o-1' },
      { account: 'GIFT/reserved', cents: 10n, obligation: 'o-1' },
      { account: 'GIFT/available', cents: -5n, obligation: 'o-1' },
      { account: 'GIFT/reserved', cents: 5n, obligation: 'o-1' },
    ]);
    expect(balances).toEqual([
      { name: 'GIFT/available', cents: -15n },
      { name: 'GIFT/reserved', cents: 15n },
    ]);
  });

  it('vouches for obligations and postings, with amounts as text and without undefined values', () => {
    const { vouched } = bookingOf(head, changeOf([obligation(instrument({}))], []), terms);
    const { site: _, ...known } = instrument({});
    expect(vouched).toEqual({
      seq: '7',
      obligations: [{ ...obligation(), amountCents: '25000', instruments: [{ ...known, amountCents: '25000' }] }],
      postings: [],
    });
  });

  it('vouches for nothing that is forgotten: no site, and nothing from which a reference can be made', () => {
    const named = { ...obligation(instrument({ site: 'S-1' })), railName: 'r-9' };
    const { vouched, instruments } = bookingOf(head, changeOf([named], []), terms);
    expect(JSON.stringify(vouched)).not.toMatch(/S-1|r-9|r-1/);
    expect(instruments).toMatchObject([
      { instrument: { site: 'S-1' }, reference: new TextEncoder().encode('r-9/0/0') },
    ]);
  });

  it('of an obligation whose rail name is forgotten has no reference, and none of it can be sent', () => {
    const change = (state: Instrument['state']) => changeOf([{ ...obligation(instrument({ state })), id: 'o-7' }], []);
    expect(bookingOf(head, change('collected'), terms).instruments).toMatchObject([{ reference: undefined }]);
    expect(() => bookingOf(head, change('intended'), terms)).toThrow('cannot be sent');
  });

  it('vouches for every part of an obligation, of an instrument and of a posting, and for its place', () => {
    const line = { fund: 'GIFT', from: 'available', to: 'reserved', amountCents: 5n, obligation: 'o-1' } as const;
    const whole = changeOf([obligation(instrument({}))], [line]);
    const withOwn = (own: Obligation, posting: object = line) => changeOf([own], [{ ...line, ...posting }]);
    const changedObligations: Partial<Obligation>[] = [
      { id: 'o-2' },
      { kind: 'standard' },
      { amountCents: 25_001n },
      { needs: ['RNT'] },
      { needs: ['FOD', 'RNT'] },
      { needs: [] },
      { tier: 2 },
      { serviceArea: 'West' },
      { status: 'closed' },
      { fund: 'LEND' },
      { fund: undefined },
      { instruments: [] },
      { instruments: [instrument({}), instrument({ number: 1 })] },
    ];
    const changedInstruments: Partial<Instrument>[] = [
      { number: 1 },
      { generation: 1 },
      { amountCents: 25_001n },
      { payoutMethod: 'CARD' },
      { state: 'intended' },
      { isSecretLost: true },
      { inquireFirst: true },
    ];
    const changedPostings = [
      { fund: 'LEND' },
      { from: 'given' },
      { to: 'paid' },
      { amountCents: 6n },
      { obligation: 'o-2' },
      { obligation: undefined },
    ];
    const changes = [
      whole,
      ...changedObligations.map((change) => withOwn({ ...obligation(instrument({})), ...change })),
      ...changedInstruments.map((change) => withOwn(obligation(instrument(change)))),
      ...changedPostings.map((change) => withOwn(obligation(instrument({})), change)),
      { ...whole, postings: [] },
      { ...whole, postings: [line, line] },
    ];
    const texts = changes.map((change) => JSON.stringify(bookingOf(head, change, terms).vouched));
    texts.push(JSON.stringify(bookingOf({ ...head, seq: 7n }, whole, terms).vouched));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('is due in this hour for instruments to send, in the next for capped and issued ones, never for others', () => {
    const due = (change: Partial<Instrument>): number | null | undefined =>
      bookingOf(head, changeOf([obligation(instrument(change))], []), terms).instruments[0]?.dueMs;
    expect(due({ state: 'intended' })).toBe(thisHour);
    expect(due({ state: 'unknown' })).toBe(thisHour);
    expect(due({ state: 'issued', isSecretLost: true })).toBe(thisHour);
    expect(due({ state: 'issued' })).toBe(nextHour);
    expect(due({ state: 'capped' })).toBe(nextHour);
    expect(due({ state: 'waiting-release' })).toBeNull();
    expect(due({ state: 'collected' })).toBeNull();
  });

  it('orders the waiting list by arrival, or by a key if the profile says random', () => {
    const change = changeOf([obligation(), { ...obligation(), id: 'o-2' }], []);
    const places = (selection: BookingTerms['selection']) =>
      bookingOf(head, change, { ...terms, selection }).obligations.map(({ orderKey }) => orderKey);
    expect(places('first-complete-first-served-within-tier')).toEqual([
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1),
    ]);
    expect(places('random-within-tier')).toEqual([terms.ids.orderOf('o-1'), terms.ids.orderOf('o-2')]);
  });
});
