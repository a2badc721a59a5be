import { describe, expect, it } from '@jest/globals';
import { lift, type Found, type LiftWish } from './lift.js';

const clean: Found = { asked: 9, adopted: 2, unanswered: 0, unmatched: 0, differing: 0, unfunded: 0 };
const wish = (change: Partial<LiftWish> = {}): LiftWish => ({
  digest: 'd-1',
  person: 'second',
  isAccepted: false,
  ...change,
});
const proposed = { digest: 'd-1', first: { digest: 'd-1', person: 'first' } };

describe('a ledger freeze', () => {
  it('is lifted by the second of two people who agree to the same digest', () => {
    expect(lift(clean, { digest: 'd-1', first: undefined }, wish())).toEqual({ outcome: 'counted' });
    expect(lift(clean, proposed, wish())).toEqual({ outcome: 'lifted' });
  });

  it('is not lifted by one person', () => {
    expect(lift(clean, proposed, wish({ person: 'first' }))).toEqual({ outcome: 'refused', reason: 'same-person' });
  });

  it('is not lifted with another digest than the present one', () => {
    const refused = { outcome: 'refused', reason: 'not-now' };
    expect(lift(clean, proposed, wish({ digest: 'd-2' }))).toEqual(refused);
    // The digest of the first agreement is outdated, so the second person becomes the first.
    expect(lift(clean, { ...proposed, digest: 'd-2' }, wish({ digest: 'd-2' }))).toEqual({ outcome: 'counted' });
  });

  it.each(['unmatched', 'differing'] as const)('with something %s only when both accept it', (what) => {
    const found = { ...clean, [what]: 1 };
    expect(lift(found, proposed, wish())).toEqual({ outcome: 'refused', reason: 'not-now' });
    expect(lift(found, proposed, wish({ isAccepted: true }))).toEqual({ outcome: 'lifted' });
  });

  it.each(['unanswered', 'unfunded'] as const)('with something %s by nobody', (what) => {
    const found = { ...clean, [what]: 1 };
    expect(lift(found, proposed, wish({ isAccepted: true }))).toEqual({ outcome: 'refused', reason: 'not-now' });
  });
});
