import { describe, expect, it } from '@jest/globals';
import type { Obligation, Instrument, InstrumentState } from './obligation.js';
import { amountsOf, compareWith, type ComparedInstrument } from './reconcile.js';

const states: readonly InstrumentState[] = [
  'waiting-release',
  'capped',
  'intended',
  'unknown',
  'issued',
  'collected',
  'void',
  'disputed',
];

const ours = (state: InstrumentState, payoutMethod = 'CASH') => ({
  reference: 'r-1',
  state,
  amountCents: 500n,
  payoutMethod: payoutMethod,
});
const theirs = (state: string, amountCents: bigint | undefined = 500n) => ({ reference: 'r-1', state, amountCents });
const books = (...instruments: ComparedInstrument[]) => ({ instruments, settled: [] });
const differs = { unmatched: [], differing: ['r-1'] };
const agrees = { unmatched: [], differing: [] };

describe('the ledger beside the statement of a rail', () => {
  it('agrees if both say the same, or if the ledger knows no outcome yet', () => {
    const agreeing = (said: string) =>
      states.filter((state) => {
        const compared = compareWith(books(ours(state)), { payoutMethod: 'CASH', items: [theirs(said)] });
        return compared.differing.length === 0;
      });
    expect(agreeing('issued')).toEqual(['intended', 'unknown', 'issued', 'disputed']);
    expect(agreeing('collected')).toEqual(['intended', 'unknown', 'issued', 'collected', 'disputed']);
    expect(agreeing('void')).toEqual(['intended', 'unknown', 'void', 'disputed']);
  });

  it('differs if the rail does not know an issued or paid instrument', () => {
    const missing = states.filter(
      (state) => compareWith(books(ours(state)), { payoutMethod: 'CASH', items: [] }).differing.length > 0,
    );
    expect(missing).toEqual(['issued', 'collected']);
  });

  it('differs by the amount; a rail that names none agrees', () => {
    expect(compareWith(books(ours('issued')), { payoutMethod: 'CASH', items: [theirs('issued', 501n)] })).toEqual(
      differs,
    );
    const silent = { ...theirs('issued'), amountCents: undefined };
    expect(compareWith(books(ours('issued')), { payoutMethod: 'CASH', items: [silent] })).toEqual(agrees);
  });

  it('is compared only for instruments of that rail', () => {
    expect(compareWith(books(ours('issued', 'CARD')), { payoutMethod: 'CASH', items: [] })).toEqual(agrees);
  });

  it('reports every unexplained payment of the rail, except requested voids', () => {
    expect(compareWith(books(), { payoutMethod: 'CASH', items: [theirs('issued')] })).toEqual({
      unmatched: ['r-1'],
      differing: [],
    });
    expect(compareWith(books(), { payoutMethod: 'CASH', items: [theirs('void')] })).toEqual(agrees);
  });

  it('explains the oldest collected payments by number and amount, if their references are forgotten', () => {
    const item = (reference: string, amountCents: bigint, state = 'collected') => ({ reference, state, amountCents });
    const items = [
      item('r-1', 500n),
      item('r-2', 700n),
      item('r-3', 500n),
      item('r-4', 500n),
      item('r-5', 500n, 'issued'),
    ];
    const settled = [
      { payoutMethod: 'CASH', amountCents: 500n, count: 2 },
      { payoutMethod: 'CARD', amountCents: 700n, count: 9 },
    ];
    const { unmatched } = compareWith({ instruments: [], settled }, { payoutMethod: 'CASH', items });
    expect(unmatched).toEqual(['r-2', 'r-4', 'r-5']);
  });
});

describe('the amounts to ask about', () => {
  const obligation = (...instruments: Instrument[]): Obligation => ({
    id: 'o-1',
    kind: 'standard',
    amountCents: 110_000n,
    needs: [],
    tier: 1,
    serviceArea: 'East',
    status: 'open',
    fund: undefined,
    instruments,
  });
  const instrument = (number: number, generation: number, amountCents: bigint): Instrument => ({
    number: number,
    generation,
    amountCents,
    payoutMethod: 'CASH',
    site: undefined,
    state: 'void',
    isSecretLost: false,
    isClaimed: false,
    inquireFirst: false,
  });

  it('are those of the instruments in their order, or the planned ones', () => {
    expect(amountsOf(obligation(), 100_000n)).toEqual([100_000n, 10_000n]);
    const instruments = [instrument(1, 0, 10_000n), instrument(0, 0, 100_000n), instrument(0, 1, 100_000n)];
    expect(amountsOf(obligation(...instruments), 50_000n)).toEqual([100_000n, 10_000n]);
  });
});
