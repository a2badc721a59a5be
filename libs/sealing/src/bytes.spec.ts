import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalBytes, concatBytes, fromBase64url, toBase64url, type Part } from './bytes.js';

describe('base64url', () => {
  it('writes what Node writes and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = toBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(Buffer.from(fromBase64url(text))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each(['A', 'AAAAA', 'AA==', 'AA=', '+A', '/A', 'A A', 'AA\n', ' AA', 'Aé', 'A\u{1F600}A'])(
    'refuses %j',
    (text) => {
      expect(() => fromBase64url(text)).toThrow(expect.objectContaining({ code: 'malformed' }));
    },
  );

  it('knows one text per byte string: every other last symbol is refused', () => {
    const symbols = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');
    const readable = (start: string): number =>
      symbols.filter((last) => {
        try {
          return fromBase64url(start + last).length > 0;
        } catch {
          return false;
        }
      }).length;
    expect(readable('A')).toBe(4);
    expect(readable('AA')).toBe(16);
    expect(readable('AAA')).toBe(64);
  });
});

describe('canonical bytes', () => {
  it('are what is written down here, on every platform and in every version', () => {
    const bytes = canonicalBytes('d', ['é', 2 ** 40 + 258, Uint8Array.of(7)]);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      ['010000000164', '0100000002c3a9', '02000000080000010000000102', '030000000107'].join(''),
    );
  });

  it('differ for any two different lists', () => {
    const part = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'b', '\u0000', '\u0001', 'é'), maxLength: 3 }),
      fc.nat(3),
      fc.uint8Array({ maxLength: 3, max: 3 }),
    );
    const list = fc.tuple(fc.constantFrom('', 'a', 'b'), fc.array(part, { maxLength: 3 }));
    const shown = ([domain, parts]: [string, Part[]]): string =>
      JSON.stringify([domain, parts.map((p) => (p instanceof Uint8Array ? { bytes: [...p] } : p))]);
    const hexOf = ([domain, parts]: [string, Part[]]): string =>
      Buffer.from(canonicalBytes(domain, parts)).toString('hex');
    fc.assert(
      fc.property(list, list, (one, other) => (shown(one) === shown(other)) === (hexOf(one) === hexOf(other))),
      { numRuns: 5_000 },
    );
  });

  it.each([['\ud800'], ['a\udc00'], [-1], [0.5], [Number.NaN], [2 ** 53]])('refuse %p', (part) => {
    expect(() => canonicalBytes('d', [part])).toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});

it('joins bytes in order', () => {
  expect([...concatBytes(Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3))]).toEqual([1, 2, 3]);
});
