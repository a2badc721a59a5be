import { describe, expect, it } from '@jest/globals';
import { anchoredIn, freezeReasonOf, nothingAnchored } from './anchor.js';

const pair = { seq: 7n, hash: 'h' };
const books = { hash: 'h', isLifted: false, isAnythingSent: true };

describe('books beside their anchor', () => {
  it('go on when they contain what is anchored', () => {
    expect(freezeReasonOf(pair, books)).toBeUndefined();
  });

  it('hold when they are older than it, or other than it', () => {
    expect(freezeReasonOf(pair, { ...books, hash: undefined })).toBe('books-older-than-anchor');
    expect(freezeReasonOf(pair, { ...books, hash: 'other' })).toBe('books-other-than-anchor');
  });

  it('go on from a pair from which people have lifted a hold, although the anchor has not moved yet', () => {
    for (const hash of [undefined, 'other'])
      expect(freezeReasonOf(pair, { ...books, hash, isLifted: true })).toBeUndefined();
  });

  it('begin without an anchor only if nothing was ever sent', () => {
    expect(freezeReasonOf('missing', books)).toBe('anchor-missing');
    expect(freezeReasonOf('missing', { ...books, isAnythingSent: false })).toBeUndefined();
    expect(freezeReasonOf('unreadable', { ...books, isAnythingSent: false })).toBe('anchor-unreadable');
  });

  it('stand at nothing where no pair can be read', () => {
    expect(anchoredIn(pair)).toEqual(pair);
    expect([anchoredIn('missing'), anchoredIn('unreadable')]).toEqual([nothingAnchored, nothingAnchored]);
  });
});
