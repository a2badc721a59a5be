import { describe, expect, it } from '@jest/globals';
import { approve, type BatchFacts } from './release.js';

const batch: BatchFacts = {
  state: 'made',
  maker: 'a',
  approvals: [],
  madeDigest: 'x',
  presentDigest: 'x',
  seenDigest: 'x',
};

describe('release by several people', () => {
  it('one checker, or two, who are all different people', () => {
    expect(approve(batch, 'b', 1)).toEqual({ outcome: 'released' });
    expect(approve(batch, 'b', 2)).toEqual({ outcome: 'counted', missing: 1 });
    expect(approve({ ...batch, approvals: ['b'] }, 'c', 2)).toEqual({ outcome: 'released' });
    for (const person of ['a', 'b']) {
      expect(approve({ ...batch, approvals: ['b'] }, person, 2)).toEqual({ outcome: 'refused', reason: 'same-person' });
    }
  });

  it('of exactly what was made, seen, and is there', () => {
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
