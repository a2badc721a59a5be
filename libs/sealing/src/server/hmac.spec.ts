import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { canonicalBytes } from '../bytes.js';
import { hmacBytes, hmacSha256, sha256 } from './hmac.js';

describe('keyed hashes', () => {
  it('give the answer of RFC 4231, test case 2', () => {
    const answer = hmacBytes(Buffer.from('Jefe'), Buffer.from('what do ya want '), Buffer.from('for nothing?'));
    expect(answer.toString('hex')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  it('are those of Node, for every key length, raw or as a key object', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.uint8Array({ maxLength: 200 }), (key, part) => {
        const message = canonicalBytes('hmac/v1', ['x', part]);
        const expected = createHmac('sha256', key).update(message).digest('hex');
        expect(hmacSha256(key, 'x', part).toString('hex')).toBe(expected);
        expect(hmacSha256(createSecretKey(key), 'x', part).toString('hex')).toBe(expected);
      }),
    );
  });

  it.each([1, 32, 63, 64, 65, 100])('are those of Node for a key of %i bytes', (length) => {
    const key = Buffer.alloc(length, 9);
    const expected = createHmac('sha256', key)
      .update(canonicalBytes('hmac/v1', ['x']))
      .digest('hex');
    expect(hmacSha256(key, 'x').toString('hex')).toBe(expected);
  });

  it('keep their parts apart', () => {
    const key = Buffer.alloc(32, 1);
    const all = [
      hmacSha256(key, 'ab', 'c'),
      hmacSha256(key, 'a', 'bc'),
      hmacSha256(key, 'abc'),
      hmacSha256(key, 'ab', 'c', ''),
    ];
    expect(new Set(all.map((answer) => answer.toString('hex'))).size).toBe(4);
  });

  it('stand on SHA-256', () => {
    expect(sha256(Buffer.from('abc')).toString('hex')).toBe(createHash('sha256').update('abc').digest('hex'));
  });
});
