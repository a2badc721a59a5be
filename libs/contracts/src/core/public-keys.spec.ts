import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';

import { isEd25519Key, isX25519Key } from './public-keys.js';

const P = 2n ** 255n - 19n;
const X25519 = Buffer.from('302a300506032b656e032100', 'hex');
const Y8 = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05';
const Y8_INVERSE = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a';

function bytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 255n));
}

function withTopBit(key: Uint8Array): Uint8Array {
  return key.with(31, (key[31] ?? 0) | 128);
}

function raw(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(-32));
}

const smallU = [
  0n,
  1n,
  P - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
];

describe('a key of X25519', () => {
  const { privateKey } = generateKeyPairSync('x25519');
  const agree = (key: Uint8Array): Buffer =>
    diffieHellman({
      privateKey,
      publicKey: createPublicKey({ key: Buffer.concat([X25519, key]), format: 'der', type: 'spki' }),
    });

  it('is accepted when it was generated as one', () => {
    for (let n = 0; n < 200; n++) expect(isX25519Key(raw(generateKeyPairSync('x25519').publicKey))).toBe(true);
  });

  it.each(smallU)('of small order is refused, as nothing can be sealed to it: %s', (u) => {
    expect(() => agree(bytes(u))).toThrow();
    expect(isX25519Key(bytes(u))).toBe(false);
  });

  it.each([P, P + 1n, 2n ** 255n - 1n])('that is not canonical is refused: %s', (u) => {
    expect(isX25519Key(bytes(u))).toBe(false);
    expect(isX25519Key(withTopBit(bytes(9n)))).toBe(false);
  });

  it('is 32 bytes long', () => {
    expect(isX25519Key(new Uint8Array(31).fill(9))).toBe(false);
    expect(isX25519Key(new Uint8Array(33).fill(9))).toBe(false);
  });

  it('of every small number is accepted exactly when something can be sealed to it', () => {
    for (let u = 0n; u < 300n; u++) {
      let canAgree = true;
      try {
        agree(bytes(u));
      } catch {
        canAgree = false;
      }
      expect([u, isX25519Key(bytes(u))]).toEqual([u, canAgree]);
    }
  });
});

describe('a key of Ed25519', () => {
  it('is accepted when it was generated as one', () => {
    for (let n = 0; n < 200; n++) expect(isEd25519Key(raw(generateKeyPairSync('ed25519').publicKey))).toBe(true);
  });

  it.each([
    bytes(0n),
    bytes(1n),
    bytes(P - 1n),
    new Uint8Array(Buffer.from(Y8, 'hex')),
    new Uint8Array(Buffer.from(Y8_INVERSE, 'hex')),
  ])('of small order is refused, with either sign', (key) => {
    expect(isEd25519Key(key)).toBe(false);
    expect(isEd25519Key(withTopBit(key))).toBe(false);
  });

  it.each([P, P + 1n, P + 5n, 2n ** 255n - 1n])('that is not canonical is refused: %s', (y) => {
    expect(isEd25519Key(bytes(y))).toBe(false);
    expect(isEd25519Key(withTopBit(bytes(y)))).toBe(false);
  });

  it('that is no point of the curve is refused', () => {
    const points = Array.from({ length: 1_000 }, (_, n) => isEd25519Key(bytes(BigInt(n) + 2n)));
    const share = points.filter((isPoint) => isPoint).length / points.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
    // 2 has no x on the curve (RFC 8032, 5.1.3).
    expect(isEd25519Key(bytes(2n))).toBe(false);
    expect(isEd25519Key(bytes((4n * inverse(5n)) % P))).toBe(true);
  });
});

/** The base point has y = 4/5. */
function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value, P, 1n, 0n];
  while (b > 0n) {
    const q = a / b;
    [a, b, x, y] = [b, a - q * b, y, x - q * y];
  }
  return ((x % P) + P) % P;
}
