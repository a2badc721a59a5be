import { describe, expect, it } from '@jest/globals';
import type { Obligation, Instrument } from './obligation.js';
import { approve, batchText, released, type BatchFacts, type BatchItem } from './release.js';

const batch: BatchFacts = {
  state: 'made',
  maker: 'a',
  approvals: [],
  madeDigest: 'x',
  presentDigest: 'x',
  seenDigest: 'x',
};

describe('release by several people', () => {
  it('takes one checker or two, who are all different people', () => {
    expect(approve(batch, 'b', 1)).toEqual({ outcome: 'released' });
    expect(approve(batch, 'b', 2)).toEqual({ outcome: 'counted', missing: 1 });
    expect(approve({ ...batch, approvals: ['b'] }, 'c', 2)).toEqual({ outcome: 'released' });
    for (const person of ['a', 'b']) {
      expect(approve({ ...batch, approvals: ['b'] }, person, 2)).toEqual({ outcome: 'refused', reason: 'same-person' });
    }
  });

  it('takes exactly what was made, was seen, and is present', () => {
    const other = { outcome: 'refused', reason: 'other-content' };
    expect(approve({ ...batch, presentDigest: 'y' }, 'b', 1)).toEqual(other);
    expect(approve({ ...batch, seenDigest: 'y' }, 'b', 1)).toEqual(other);
    expect(approve({ ...batch, presentDigest: 'y', seenDigest: 'y' }, 'b', 1)).toEqual(other);
  });

  it('once', () => {
    for (const state of ['released', 'void'] as const) {
      expect(approve({ ...batch, state }, 'b', 1)).toEqual({ outcome: 'refused', reason: 'not-open' });
    }
  });
});

describe('a released batch', () => {
  const item: BatchItem = {
    obligation: 'o-1',
    number: 0,
    generation: 1,
    amountCents: 500n,
    payoutMethod: 'CASH',
    fund: 'GIFT',
  };

  it('has a text with everything that a checker agrees to', () => {
    expect(batchText([item, { ...item, number: 1 }])).toBe(
      '["o-1",0,1,"500","CASH","GIFT"]["o-1",1,1,"500","CASH","GIFT"]',
    );
  });

  it('sends exactly its own instruments', () => {
    const instrument = (generation: number, state: Instrument['state']): Instrument => ({
      number: 0,
      generation,
      amountCents: 500n,
      payoutMethod: 'CASH',
      site: undefined,
      state,
      isSecretLost: false,
      isClaimed: false,
      inquireFirst: false,
    });
    const obligation = (...instruments: Instrument[]): Obligation => ({
      id: 'o-1',
      kind: 'standard',
      amountCents: 500n,
      needs: [],
      tier: 1,
      serviceArea: 'East',
      status: 'reserved',
      fund: 'GIFT',
      instruments,
    });
    expect(released([obligation(instrument(0, 'void'), instrument(1, 'waiting-release'))], [item])).toEqual({
      obligations: [
        { obligation: obligation(instrument(0, 'void'), instrument(1, 'intended')), decisionTrace: undefined },
      ],
      postings: [{ fund: 'GIFT', from: 'reserved', to: 'in-flight', amountCents: 500n, obligation: 'o-1' }],
      rapid: [],
      released: [],
    });
  });
});
