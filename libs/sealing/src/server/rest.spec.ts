import { describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { openAtRest, REST_OVERHEAD_BYTES, sealAtRest } from './rest.js';

const key = createSecretKey(randomBytes(32));
const aad = Buffer.from('night 3, kind case');
const plaintext = Buffer.from('a case');
const notOpened = expect.objectContaining({ code: 'not-opened' });

describe('sealing at rest', () => {
  it('opens with its key and place', () => {
    const sealed = sealAtRest(key, aad, plaintext);
    expect(sealed.length).toBe(plaintext.length + REST_OVERHEAD_BYTES);
    expect(openAtRest(key, aad, sealed).equals(plaintext)).toBe(true);
    expect(openAtRest(key, aad, sealAtRest(key, aad, Buffer.alloc(0))).length).toBe(0);
  });

  it('never gives the same bytes twice', () => {
    expect(sealAtRest(key, aad, plaintext).equals(sealAtRest(key, aad, plaintext))).toBe(false);
  });

  it('does not open elsewhere, with another key, changed, cut or with a short tag', () => {
    const sealed = sealAtRest(key, aad, plaintext);
    expect(() => openAtRest(key, Buffer.from('night 4, kind case'), sealed)).toThrow(notOpened);
    expect(() => openAtRest(createSecretKey(randomBytes(32)), aad, sealed)).toThrow(notOpened);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] as number) ^ 0x80;
      expect(() => openAtRest(key, aad, changed)).toThrow(notOpened);
      expect(() => openAtRest(key, aad, sealed.subarray(0, at))).toThrow(notOpened);
    }
  });
});
