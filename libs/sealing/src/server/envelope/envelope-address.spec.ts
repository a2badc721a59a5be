import { createPublicKey, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { canonicalBytes } from '../../bytes.js';
import { SealingError } from '../../errors.js';
import { aeadSeal } from '../aead.js';
import { sha256 } from '../hmac.js';
import { hpkeSeal } from '../hpke/hpke.js';
import { importPrivateKey, keyIdOf, newPrivateSeed, publicKeyBytes, signEd25519 } from '../keys.js';
import {
  bodyBinding,
  encodePrefix,
  encodeUnsigned,
  headerMessage,
  parseHeader,
  splitEnvelope,
  unsignedPart,
  WRAP_AAD,
  wrapInfo,
  type EnvelopeAddress,
} from './envelope-header.js';
import { EnvelopeOpener } from './envelope-opener.js';

const address: EnvelopeAddress = {
  contract: 'intake.facts-submitted',
  version: 1,
  producer: 'intake',
  consumer: 'eligibility',
  day: '2026-11-25',
};

/** Another value for each field of an address. A new field makes this incomplete, and the compiler says so. */
const others: { readonly [Field in keyof EnvelopeAddress]-?: EnvelopeAddress[Field] } = {
  contract: 'intake.payout-chosen',
  version: 2,
  producer: 'payments',
  consumer: 'notification',
  day: '2026-11-26',
};
const fields = Object.keys(others) as (keyof EnvelopeAddress)[];
const changed = (field: keyof EnvelopeAddress): EnvelopeAddress => ({ ...address, [field]: others[field] });

const wrappedKey = new Uint8Array(80).fill(3);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

interface Signer {
  readonly keyId: string;
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
}

/** Every producer has a genuine, pinned identity. */
function newSigner(): Signer {
  const key = importPrivateKey('ed25519', newPrivateSeed('ed25519'));
  return { keyId: keyIdOf(publicKeyBytes(key)), key, publicKey: createPublicKey(key) };
}

const signers: Readonly<Record<string, Signer>> = { intake: newSigner(), payments: newSigner() };
const dayKey = generateKeyPairSync('x25519');
const plaintext = Buffer.from('{"submission":"a"}');
const nonce = Buffer.alloc(12, 9);

/** Which address each layer of an envelope is made for. */
interface Layers {
  readonly header: EnvelopeAddress;
  readonly wrap: EnvelopeAddress;
  readonly body: EnvelopeAddress;
}

function envelopeOf({ header, wrap, body }: Layers, signer = signers[header.producer] as Signer): Buffer {
  const raw = Buffer.alloc(32, 5);
  const recipientKey = publicKeyBytes(dayKey.privateKey);
  const wrapped = hpkeSeal({ recipientKey, info: wrapInfo(wrap), aad: WRAP_AAD, plaintext: raw });
  const unsigned = encodeUnsigned({ ...header, identity: signer.keyId, wrappedKey: wrapped });
  const prefix = encodePrefix(unsigned, signEd25519(signer.key, headerMessage(unsigned)));
  const aad = bodyBinding({ ...body, wrappedKey: wrapped });
  return Buffer.concat([prefix, nonce, aeadSeal({ key: createSecretKey(raw), nonce, aad }, plaintext)]);
}

/** A consumer that has one key for every day, and expects exactly the address that the header says. */
function outcomeOf(envelope: Buffer, expected: EnvelopeAddress): string {
  const { consumer, ...rest } = expected;
  const opener = new EnvelopeOpener({
    consumer,
    keyring: { dayKey: () => dayKey.privateKey, isDayDestroyed: () => false },
    directory: {
      identityKey: (service, keyId) => (signers[service]?.keyId === keyId ? signers[service]?.publicKey : undefined),
    },
  });
  try {
    return opener.open(rest, envelope).equals(plaintext) ? 'opened' : 'something else';
  } catch (error) {
    if (error instanceof SealingError) return error.code;
    throw error;
  }
}

const genuine: Layers = { header: address, wrap: address, body: address };

describe('an envelope with a genuine header of another address', () => {
  it('opens if all of it is of that address', () => {
    for (const each of [address, ...fields.map(changed)])
      expect(outcomeOf(envelopeOf({ header: each, wrap: each, body: each }), each)).toBe('opened');
  });

  it.each(fields)('around a genuine body does not open: %s', (field) => {
    const other = changed(field);
    expect(outcomeOf(envelopeOf({ ...genuine, header: other }), other)).toBe('not-opened');
    // Each of the two bindings suffices alone.
    expect(outcomeOf(envelopeOf({ ...genuine, wrap: other }), address)).toBe('not-opened');
    expect(outcomeOf(envelopeOf({ ...genuine, body: other }), address)).toBe('not-opened');
    expect(outcomeOf(envelopeOf({ header: other, wrap: other, body: address }), other)).toBe('not-opened');
  });

  it.each(fields)('is not taken for what is expected: %s', (field) => {
    const other = changed(field);
    const envelope = envelopeOf({ header: other, wrap: other, body: other });
    const isWrong = field === 'day' ? 'wrong-day' : 'wrong-contract';
    expect(outcomeOf(envelope, address)).toBe(isWrong);
  });

  it('does not open if a pinned identity of another producer has signed it', () => {
    const [intake, payments] = [signers['intake'] as Signer, signers['payments'] as Signer];
    expect(outcomeOf(envelopeOf(genuine, payments), address)).toBe('forged');
    const posed = { ...payments, keyId: intake.keyId };
    expect(outcomeOf(envelopeOf(genuine, posed), address)).toBe('forged');
  });
});

describe('an address', () => {
  const differing = (make: (each: EnvelopeAddress) => Uint8Array): number =>
    new Set([address, ...fields.map(changed)].map((each) => hex(make(each)))).size;

  it('is bound whole by the wrapped key and by the body', () => {
    expect(differing(wrapInfo)).toBe(fields.length + 1);
    expect(differing((each) => bodyBinding({ ...each, wrappedKey }))).toBe(fields.length + 1);
    const otherKey = new Uint8Array(80).fill(4);
    expect(hex(bodyBinding({ ...address, wrappedKey: otherKey }))).not.toBe(
      hex(bodyBinding({ ...address, wrappedKey })),
    );
  });

  it('is signed whole, with identity and wrapped key', () => {
    const identity = signers['intake']?.keyId ?? '';
    const signedAs = (each: EnvelopeAddress, more: object = {}): string =>
      hex(headerMessage(encodeUnsigned({ ...each, identity, wrappedKey, ...more })));
    const all = [
      signedAs(address),
      ...fields.map((field) => signedAs(changed(field))),
      signedAs(address, { identity: signers['payments']?.keyId }),
      signedAs(address, { wrappedKey: new Uint8Array(80).fill(4) }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('comes out of a header as it went in', () => {
    const identity = signers['intake']?.keyId ?? '';
    for (const each of [address, ...fields.map(changed), { ...address, version: 0xff01 }]) {
      const unsigned = encodeUnsigned({ ...each, identity, wrappedKey });
      const prefix = encodePrefix(unsigned, new Uint8Array(64).fill(1));
      expect(parseHeader(prefix)).toEqual({
        ...each,
        identity,
        wrappedKey: Buffer.from(wrappedKey),
        signature: Buffer.alloc(64, 1),
      });
      expect(hex(unsignedPart(prefix))).toBe(hex(unsigned));
      const whole = Buffer.concat([prefix, nonce, Buffer.alloc(16, 2)]);
      expect(splitEnvelope(whole)).toEqual({ prefix, nonce, body: Buffer.alloc(16, 2) });
    }
  });

  it('is bound in these bytes, which other versions of a service make too', () => {
    const { contract, version, producer, consumer, day } = address;
    expect(wrapInfo(address)).toEqual(canonicalBytes('sender-key/v1', [contract, version, producer, consumer, day]));
    expect(WRAP_AAD).toEqual(canonicalBytes('sender-key-of/v2', []));
    expect(headerMessage(Uint8Array.of(1))).toEqual(canonicalBytes('record-header/v1', [2, Uint8Array.of(1)]));
    const parts = [2, contract, version, producer, consumer, day, wrappedKey];
    expect(bodyBinding({ ...address, wrappedKey })).toEqual(sha256(canonicalBytes('record-body/v2', parts)));
  });
});
