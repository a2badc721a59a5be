import { describe, expect, it } from '@jest/globals';
import { freshNonce } from './nonce.js';

describe('a fresh nonce', () => {
  it('has twelve bytes, is none that was given before, and stays as it is', () => {
    const given = Array.from({ length: 10_000 }, freshNonce);
    const texts = given.map((nonce) => nonce.toString('hex'));
    expect(given.every(({ length }) => length === 12)).toBe(true);
    expect(new Set(texts).size).toBe(10_000);
    Array.from({ length: 1_000 }, freshNonce);
    expect(given.map((nonce) => nonce.toString('hex'))).toEqual(texts);
  });
});
