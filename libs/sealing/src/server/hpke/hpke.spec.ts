import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { HPKE_OVERHEAD_BYTES } from '../../binding.js';
import { sealTo } from '../../device/hpke.js';
import { aeadOpen, aeadSeal, type AeadName } from '../aead.js';
import { hpkeOpen, hpkeSeal } from './hpke.js';
import {
  hpkeSuites,
  keyAndNonce,
  KEM_SUITE_ID,
  kemSharedSecret,
  labeledExpand,
  labeledExtract,
  scheduleRoot,
} from './hpke-schedule.js';
import { importPrivateKey, importPublicKey, publicKeyBytes } from '../keys.js';

type Hex = string;
interface Vector {
  readonly suite: string;
  readonly aead_id: 1 | 2 | 3;
  readonly info: Hex;
  readonly ikmE: Hex;
  readonly ikmR: Hex;
  readonly skRm: Hex;
  readonly pkRm: Hex;
  readonly enc: Hex;
  readonly shared_secret?: Hex;
  readonly key_schedule_context?: Hex;
  readonly secret?: Hex;
  readonly key?: Hex;
  readonly base_nonce?: Hex;
  readonly exporter_secret?: Hex;
  readonly encryptions?: readonly { sequence: number; pt: Hex; aad: Hex; nonce: Hex; ct: Hex }[];
  readonly encryptions_accumulated?: Hex;
}

const path = new URL('../../../test/vectors/hpke-rfc9180.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { vectors: readonly Vector[] };
const ciphers: Record<Vector['aead_id'], AeadName> = { 1: 'aes-128-gcm', 2: 'aes-256-gcm', 3: 'chacha20-poly1305' };
const bytes = (text: Hex | undefined): Buffer => Buffer.from(text as Hex, 'hex');
const notOpened = expect.objectContaining({ code: 'not-opened' });

/** RFC 9180 section 7.1.3, DeriveKeyPair for X25519: the vectors give keys as input keying material. */
function derivedKey(ikm: Hex): KeyObject {
  const prk = labeledExtract(KEM_SUITE_ID, Buffer.alloc(0), 'dkp_prk', bytes(ikm));
  return importPrivateKey(
    'x25519',
    labeledExpand(KEM_SUITE_ID, prk, { label: 'sk', info: Buffer.alloc(0), bytes: 32 }),
  );
}

function nonceAt(baseNonce: Buffer, sequence: number): Buffer {
  const nonce = Buffer.from(baseNonce);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8);
  return nonce;
}

describe.each(vectors.map((vector) => [vector.suite, vector] as const))('RFC 9180: %s', (_suite, vector) => {
  const cipher = ciphers[vector.aead_id];
  const suite = hpkeSuites[cipher];
  const [ephemeral, recipient] = [derivedKey(vector.ikmE), derivedKey(vector.ikmR)];
  const recipientKey = bytes(vector.pkRm);
  const dh = diffieHellman({ privateKey: recipient, publicKey: importPublicKey('x25519', bytes(vector.enc)) });
  const shared = kemSharedSecret(dh, bytes(vector.enc), recipientKey);
  const root = scheduleRoot(suite, shared, bytes(vector.info));
  const { key, baseNonce } = keyAndNonce(suite, root);

  it('has the keys of the vector', () => {
    expect(publicKeyBytes(ephemeral).toString('hex')).toBe(vector.enc);
    expect(publicKeyBytes(recipient).toString('hex')).toBe(vector.pkRm);
    expect(recipient.export({ format: 'raw-private' }).toString('hex')).toBe(vector.skRm);
  });

  if (vector.encryptions !== undefined) {
    it('has the key schedule of the vector', () => {
      const exporter = { label: 'exp', info: root.context, bytes: 32 };
      expect({
        shared_secret: shared.toString('hex'),
        key_schedule_context: root.context.toString('hex'),
        secret: root.secret.toString('hex'),
        key: key.toString('hex'),
        base_nonce: baseNonce.toString('hex'),
        exporter_secret: labeledExpand(suite.id, root.secret, exporter).toString('hex'),
      }).toEqual({
        shared_secret: vector.shared_secret,
        key_schedule_context: vector.key_schedule_context,
        secret: vector.secret,
        key: vector.key,
        base_nonce: vector.base_nonce,
        exporter_secret: vector.exporter_secret,
      });
    });

    it.each(vector.encryptions)('seals and opens message $sequence', ({ sequence, pt, aad, nonce, ct }) => {
      expect(nonceAt(baseNonce, sequence).toString('hex')).toBe(nonce);
      const call = { key, nonce: bytes(nonce), aad: bytes(aad), cipher };
      expect(aeadSeal(call, bytes(pt)).toString('hex')).toBe(ct);
      expect(aeadOpen(call, bytes(ct)).toString('hex')).toBe(pt);
    });

    it('seals and opens the first message in one call', () => {
      const first = vector.encryptions?.[0] as { pt: Hex; aad: Hex; ct: Hex };
      const binding = { info: bytes(vector.info), aad: bytes(first.aad), cipher };
      const sealed = hpkeSeal({ ...binding, recipientKey, plaintext: bytes(first.pt), ephemeral });
      expect(sealed.toString('hex')).toBe(vector.enc + first.ct);
      expect(hpkeOpen({ ...binding, privateKey: recipient, sealed }).toString('hex')).toBe(first.pt);
    });
  }

  if (vector.encryptions_accumulated !== undefined) {
    it('seals and opens a thousand messages to the accumulated answer', () => {
      // One SHAKE128 stream of no input says what is sealed: at most 1,000 times two lengths and two times 255 bytes.
      const stream = createHash('shake128', { outputLength: 512_000 }).digest();
      let at = 0;
      const next = (): Buffer => {
        const length = stream[at] as number;
        at += 1 + length;
        return stream.subarray(at - length, at);
      };
      const absorbed = createHash('shake128', { outputLength: 16 });
      for (let sequence = 0; sequence < 1_000; sequence += 1) {
        const [aad, plaintext] = [next(), next()];
        const call = { key, nonce: nonceAt(baseNonce, sequence), aad, cipher };
        const sealed = aeadSeal(call, plaintext);
        absorbed.update(sealed);
        if (!aeadOpen(call, sealed).equals(plaintext)) throw new Error(`message ${sequence} did not open`);
      }
      expect(absorbed.digest('hex')).toBe(vector.encryptions_accumulated);
    });
  }
});

it('is tested against all three suites', () => {
  expect(vectors.map(({ aead_id }) => aead_id)).toEqual([1, 3, 2]);
  expect(
    vectors.filter((vector) => vector.encryptions !== undefined || vector.encryptions_accumulated !== undefined),
  ).toHaveLength(3);
});

describe('HPKE on the server and on the device', () => {
  const library = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const { privateKey } = generateKeyPairSync('x25519');
  const recipientKey = publicKeyBytes(privateKey);
  const some = fc.uint8Array({ maxLength: 300 });

  it('the server opens what the device seals', async () => {
    await fc.assert(
      fc.asyncProperty(some, some, some, async (plaintext, info, aad) => {
        const sealed = await sealTo({ recipientKey, info, aad, plaintext });
        expect(sealed.length).toBe(plaintext.length + HPKE_OVERHEAD_BYTES);
        expect(hpkeOpen({ privateKey, info, aad, sealed })).toEqual(Buffer.from(plaintext));
      }),
      { numRuns: 60 },
    );
  });

  it('the library opens what the server seals', async () => {
    const raw = privateKey.export({ format: 'raw-private' });
    const key = await library.kem.importKey('raw', new Uint8Array(raw).buffer, false);
    await fc.assert(
      fc.asyncProperty(some, some, some, async (plaintext, info, aad) => {
        const sealed = new Uint8Array(hpkeSeal({ recipientKey, info, aad, plaintext }));
        const [enc, body] = [sealed.slice(0, 32), sealed.slice(32)];
        const opened = await library.open({ recipientKey: key, enc, info }, body, aad);
        expect(Buffer.from(opened)).toEqual(Buffer.from(plaintext));
      }),
      { numRuns: 60 },
    );
  });

  it('opens for one key, info and aad, and not after any bit has changed', () => {
    const [info, aad, plaintext] = [Buffer.from('info'), Buffer.from('aad'), Buffer.from('three words only')];
    const sealed = hpkeSeal({ recipientKey, info, aad, plaintext });
    expect(hpkeOpen({ privateKey, info, aad, sealed }).equals(plaintext)).toBe(true);
    const other = generateKeyPairSync('x25519').privateKey;
    expect(() => hpkeOpen({ privateKey: other, info, aad, sealed })).toThrow(notOpened);
    expect(() => hpkeOpen({ privateKey, info: aad, aad, sealed })).toThrow(notOpened);
    expect(() => hpkeOpen({ privateKey, info, aad: info, sealed })).toThrow(notOpened);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => hpkeOpen({ privateKey, info, aad, sealed: changed })).toThrow(notOpened);
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => hpkeOpen({ privateKey, info, aad, sealed: sealed.subarray(0, length) })).toThrow(notOpened);
    }
  });

  it('uses a new ephemeral key each time', () => {
    const once = (): string =>
      hpkeSeal({ recipientKey, info: Buffer.alloc(0), aad: Buffer.alloc(0), plaintext: Buffer.alloc(9) }).toString(
        'hex',
      );
    expect(new Set(Array.from({ length: 50 }, once).map((sealed) => sealed.slice(0, 64))).size).toBe(50);
  });

  // RFC 9180 section 7.1.4: points of small order give the same all-zero secret with every key.
  const smallOrder = [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
  ];
  it.each(smallOrder)('neither seals to nor opens from the point %s', async (point) => {
    const binding = { info: Buffer.alloc(0), aad: Buffer.alloc(0) };
    const badKey = expect.objectContaining({ code: 'bad-key' });
    const weak = { ...binding, recipientKey: bytes(point), plaintext: Buffer.alloc(1) };
    expect(() => hpkeSeal(weak)).toThrow(badKey);
    await expect(sealTo(weak)).rejects.toEqual(badKey);
    const sealed = Buffer.concat([bytes(point), Buffer.alloc(17)]);
    expect(() => hpkeOpen({ ...binding, privateKey, sealed })).toThrow(notOpened);
  });

  it.each([0, 31, 33])('does not seal to a key of %i bytes', async (length) => {
    const wrong = {
      info: Buffer.alloc(0),
      aad: Buffer.alloc(0),
      recipientKey: Buffer.alloc(length, 9),
      plaintext: Buffer.alloc(1),
    };
    expect(() => hpkeSeal(wrong)).toThrow(expect.objectContaining({ code: 'bad-key' }));
    await expect(sealTo(wrong)).rejects.toMatchObject({ code: 'bad-key' });
  });
});
