import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import {
  importPrivateKey,
  importPublicKey,
  keyIdOf,
  newPrivateSeed,
  publicKeyBytes,
  signEd25519,
  verifyCommand,
  verifyEd25519,
} from './keys.js';

describe('signatures', () => {
  // RFC 8032 section 7.1, test 2
  const seed = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
  const publicKey = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex');
  const signature = Buffer.from(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    'hex',
  );
  const message = Buffer.of(0x72);

  it('are those of RFC 8032', () => {
    const privateKey = importPrivateKey('ed25519', seed);
    expect(publicKeyBytes(privateKey).equals(publicKey)).toBe(true);
    expect(signEd25519(privateKey, message).equals(signature)).toBe(true);
    expect(verifyEd25519(importPublicKey('ed25519', publicKey), message, signature)).toBe(true);
    expect(verifyCommand(publicKey, message, signature)).toBe(true);
  });

  it('fail for every changed byte of key, message and signature, and for every other length', () => {
    for (let at = 0; at < 32; at += 1) expect(verifyCommand(flipped(publicKey, at), message, signature)).toBe(false);
    for (let at = 0; at < 64; at += 1) expect(verifyCommand(publicKey, message, flipped(signature, at))).toBe(false);
    expect(verifyCommand(publicKey, Buffer.of(0x73), signature)).toBe(false);
    expect(verifyCommand(publicKey, Buffer.alloc(0), signature)).toBe(false);
    for (const wrong of [publicKey.subarray(1), Buffer.concat([publicKey, publicKey]), Buffer.alloc(0)]) {
      expect(verifyCommand(wrong, message, signature)).toBe(false);
    }
    for (const wrong of [signature.subarray(1), Buffer.concat([signature, message]), Buffer.alloc(0)]) {
      expect(verifyCommand(publicKey, message, wrong)).toBe(false);
    }
  });
});

describe('keys', () => {
  it('are refused in a wrong length', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(31), Buffer.alloc(33)]) {
      expect(() => importPublicKey('x25519', bytes)).toThrow(expect.objectContaining({ code: 'bad-key' }));
      expect(() => importPrivateKey('ed25519', bytes)).toThrow(expect.objectContaining({ code: 'bad-key' }));
    }
  });

  it('survive being written down', () => {
    for (const curve of ['ed25519', 'x25519'] as const) {
      const seed = newPrivateSeed(curve);
      expect(importPrivateKey(curve, seed).export({ format: 'raw-private' }).equals(seed)).toBe(true);
      expect(newPrivateSeed(curve).equals(seed)).toBe(false);
    }
  });

  it('are named by their hash', () => {
    const key = Buffer.alloc(32, 7);
    expect(keyIdOf(key)).toBe(createHash('sha256').update(key).digest().subarray(0, 8).toString('base64url'));
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}
