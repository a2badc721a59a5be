import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { comparePositions, type Position } from './relay-log.js';

/** Transaction ids with another number of digits, and around 2^32 and 2^53. */
const anyXid = fc.oneof(
  fc.constantFrom('0', '9', '10', '99', '100', '4294967295', '4294967296', '9007199254740992', '9007199254740993'),
  fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
);
const anyPosition: fc.Arbitrary<Position> = fc.record({
  epoch: fc.integer({ min: 0, max: 4 }),
  xid: anyXid,
  seq: fc.integer({ min: 0, max: 1_000 }),
});

/** As PostgreSQL compares `(epoch, xid, seq)`. */
const numbers = ({ epoch, xid, seq }: Position): bigint => (BigInt(epoch) << 96n) + (BigInt(xid) << 32n) + BigInt(seq);

describe('a position in the outbox', () => {
  it('comes after every one of an earlier epoch, whatever the numbers of their transactions', () => {
    fc.assert(
      fc.property(anyPosition, anyPosition, (one, other) => {
        const [first, second] = [numbers(one), numbers(other)];
        const order = first < second ? -1 : first > second ? 1 : 0;
        expect(Math.sign(comparePositions(one, other))).toBe(order);
      }),
      { numRuns: 3_000 },
    );
    expect(comparePositions({ epoch: 2, xid: '7', seq: 1 }, { epoch: 1, xid: '900', seq: 9 })).toBeGreaterThan(0);
  });
});
