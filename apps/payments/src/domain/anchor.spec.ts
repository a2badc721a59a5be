import { describe, expect, it } from '@jest/globals';
import { anchoredIn, freezeReasonOf, nothingAnchored } from './anchor.js';

const pair = { seq: 7n, hash: 'h' };
const books = { hash: 'h', isLifted: false, isAnythingSent: true };

describe('a ledger beside its anchor', () => {
  it('goes on if it contains the anchored pair', () => {
    expect(freezeReasonOf(pair, books)).toBeUndefined();
  });

  it('is frozen if it is older than the anchor, or differs from it', () => {
    expect(freezeReasonOf(pair, { ...books, hash: undefined })).toBe('books-older-than-anchor');
    expect(freezeReasonOf(pair, { ...books, hash: 'other' })).toBe('books-other-than-anchor');
  });

  it('goes on from a pair from which people lifted a freeze, even if the anchor has not moved yet', () => {
    for (const hash of [undefined, 'other'])
      expect(freezeReasonOf(pair, { ...books, hash, isLifted: true })).toBeUndefined();
  });

  it('starts without an anchor only if nothing was ever sent', () => {
    expect(freezeReasonOf('missing', books)).toBe('anchor-missing');
    expect(freezeReasonOf('missing', { ...books, isAnythingSent: false })).toBeUndefined();
    expect(freezeReasonOf('unreadable', { ...books, isAnythingSent: false })).toBe('anchor-unreadable');
  });

  it('is anchored at position 0 if no pair can be read', () => {
    expect(anchoredIn(pair)).toEqual(pair);
    expect([anchoredIn('missing'), anchoredIn('unreadable')]).toEqual([nothingAnchored, nothingAnchored]);
  });
});
