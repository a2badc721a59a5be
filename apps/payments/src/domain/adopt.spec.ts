import { describe, expect, it } from '@jest/globals';
import { adopt, type AdoptInput, type Finding } from './adopt.js';
import type { Obligation, Instrument } from './obligation.js';

const open: Obligation = {
  id: 'o-1',
  kind: 'standard',
  amountCents: 110_000n,
  needs: ['FOD'],
  tier: 2,
  serviceArea: 'East',
  status: 'open',
  fund: undefined,
  instruments: [],
};
const instrument = (change: Partial<Instrument> = {}): Instrument => ({
  number: 0,
  generation: 0,
  amountCents: 110_000n,
  payoutMethod: 'CASH',
  site: 'S-1',
  state: 'waiting-release',
  isSecretLost: false,
  isClaimed: false,
  inquireFirst: false,
  ...change,
});
const reserved = (...instruments: Instrument[]): Obligation => ({
  ...open,
  status: 'reserved',
  fund: 'GIFT',
  instruments,
});
const issued = (generation = 0, at = 0): Finding => ({ number: at, generation, reply: 'issued' });
const voided = (generation = 0): Finding => ({ number: 0, generation, reply: 'void' });

const given = (obligation: Obligation, ...findings: Finding[]) => {
  const input: AdoptInput = { obligation, findings, amounts: [100_000n, 10_000n], payoutMethod: 'CASH', fund: 'GIFT' };
  return { whenAdopted: (change: Partial<AdoptInput> = {}) => adopt({ ...input, ...change }) };
};
const moved = (from: string, to: string, amountCents: bigint) => ({
  fund: 'GIFT',
  from,
  to,
  amountCents,
  obligation: 'o-1',
});

describe('a payment that the rail knows and the ledger does not', () => {
  it('keeps the payout method of its rail, even if the household changed it since', () => {
    expect(given(reserved(instrument({ payoutMethod: 'CARD' })), issued()).whenAdopted()).toEqual({
      type: 'adopted',
      obligation: reserved(instrument({ state: 'unknown', inquireFirst: true })),
      postings: [moved('reserved', 'in-flight', 110_000n)],
    });
  });

  it('of a grant without instruments: money is reserved, the paid instrument is in flight, the rest waits', () => {
    expect(given(open, issued(0, 1)).whenAdopted()).toEqual({
      type: 'adopted',
      obligation: {
        ...open,
        status: 'reserved',
        fund: 'GIFT',
        instruments: [
          instrument({ amountCents: 100_000n, site: undefined, inquireFirst: true }),
          instrument({ number: 1, amountCents: 10_000n, site: undefined, inquireFirst: true, state: 'unknown' }),
        ],
      },
      postings: [moved('available', 'reserved', 110_000n), moved('reserved', 'in-flight', 10_000n)],
    });
  });

  it('of an instrument that waited for people: it is in flight, and an inquiry follows', () => {
    expect(given(reserved(instrument()), issued()).whenAdopted()).toEqual({
      type: 'adopted',
      obligation: reserved(instrument({ state: 'unknown', inquireFirst: true })),
      postings: [moved('reserved', 'in-flight', 110_000n)],
    });
  });

  it('of an instrument that was taken back: its money is reserved again', () => {
    const closed: Obligation = { ...reserved(instrument({ state: 'void' })), status: 'closed' };
    expect(given(closed, issued()).whenAdopted()).toEqual({
      type: 'adopted',
      obligation: reserved(instrument({ state: 'unknown', inquireFirst: true })),
      postings: [moved('available', 'in-flight', 110_000n)],
    });
  });

  it('of a second generation: the first one ends as void', () => {
    expect(given(reserved(instrument({ state: 'issued' })), voided(0), issued(1)).whenAdopted()).toEqual({
      type: 'adopted',
      obligation: reserved(
        instrument({ state: 'void' }),
        instrument({ generation: 1, state: 'unknown', inquireFirst: true }),
      ),
      postings: [moved('outstanding', 'in-flight', 110_000n)],
    });
  });
});

describe('a payment that the ledger knows', () => {
  it.each<[string, Obligation, Finding]>([
    ['a code that is out', reserved(instrument({ state: 'issued' })), issued()],
    ['a code that was collected since', reserved(instrument({ state: 'issued' })), { ...issued(), reply: 'collected' }],
    ['something unknown', reserved(instrument({ state: 'unknown' })), { ...issued(), reply: 'pending' }],
    ['something that is being sent', reserved(instrument({ state: 'intended', isClaimed: true })), issued()],
    ['something void', reserved(instrument({ state: 'void' })), voided()],
  ])('%s', (_, obligation, finding) => {
    expect(given(obligation, finding).whenAdopted()).toEqual({ type: 'known' });
  });
});

describe('a payment that cannot be adopted', () => {
  it('needs a fund with enough money', () => {
    expect(given(open, issued()).whenAdopted({ fund: undefined })).toEqual({ type: 'no-money' });
  });

  it.each<[string, Obligation, readonly Finding[]]>([
    ['two generations that both live', reserved(instrument()), [issued(0), issued(1)]],
    [
      'an older generation that lives beside ours',
      reserved(instrument({ state: 'void' }), instrument({ generation: 1 })),
      [issued()],
    ],
    ['what was paid and is void', reserved(instrument({ state: 'collected' })), [voided()]],
  ])('%s', (_, obligation, findings) => {
    expect(given(obligation, ...findings).whenAdopted()).toEqual({ type: 'contradiction' });
  });
});
