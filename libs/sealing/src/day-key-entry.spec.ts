import { describe, expect, it } from '@jest/globals';

import { canonicalBytes, fromBase64url, toBase64url } from './bytes.js';
import {
  dayKeyMessage,
  isPinnedIdentities,
  isSignedDayKey,
  pinnedIdentityFor,
  type PinnedIdentity,
  type SignedDayKey,
} from './day-key-entry.js';
import { verifySignedDayKey } from './device/verify-day-key.js';
import { importPrivateKey, keyIdOf, newPrivateSeed, publicKeyBytes, signEd25519 } from './server/keys.js';

interface Signer extends PinnedIdentity {
  readonly sign: (entry: Omit<SignedDayKey, 'signature'>) => SignedDayKey;
}

function newSigner(): Signer {
  const key = importPrivateKey('ed25519', newPrivateSeed('ed25519'));
  const publicKey = publicKeyBytes(key);
  return {
    keyId: keyIdOf(publicKey),
    publicKey: toBase64url(publicKey),
    sign: (entry) => ({ ...entry, signature: toBase64url(signEd25519(key, dayKeyMessage(entry))) }),
  };
}

const signers = Array.from({ length: 4 }, newSigner);
const pinsOf = (all: readonly Signer[]): PinnedIdentity[] => all.map(({ keyId, publicKey }) => ({ keyId, publicKey }));
const entryOf = ({ keyId }: PinnedIdentity, service = 'payments'): Omit<SignedDayKey, 'signature'> => ({
  service,
  day: '2026-11-25',
  publicKey: toBase64url(new Uint8Array(32).fill(7)),
  identity: keyId,
});

/** Every choice of pins, in every order. */
function* ordersOf<T>(all: readonly T[]): Generator<readonly T[]> {
  yield [];
  for (const [at, first] of all.entries())
    for (const rest of ordersOf(all.filter((_, other) => other !== at))) yield [first, ...rest];
}

describe('a device with several pinned identities of a service', () => {
  const orders = [...ordersOf(signers.slice(0, 3))];

  it('believes what each of them has signed, wherever it stands, and what no other has', async () => {
    expect(orders).toHaveLength(16);
    for (const order of orders) {
      const pinned = { payments: pinsOf(order) };
      for (const signer of signers) {
        const isBelieved = await verifySignedDayKey(signer.sign(entryOf(signer)), pinned);
        expect([order.indexOf(signer), isBelieved]).toEqual([order.indexOf(signer), order.includes(signer)]);
      }
    }
  });

  it('believes none that names one of them and is signed by another', async () => {
    const pinned = { payments: pinsOf(signers) };
    for (const named of signers) {
      for (const signer of signers.filter((each) => each !== named)) {
        expect(await verifySignedDayKey(signer.sign(entryOf(named)), pinned)).toBe(false);
        const renamed = { ...signer.sign(entryOf(signer)), identity: named.keyId };
        expect(await verifySignedDayKey(renamed, pinned)).toBe(false);
      }
    }
  });

  it('believes an identity for the service whose pin it is, and for no other', async () => {
    const [first, second, third] = signers as [Signer, Signer, Signer];
    const pinned = { intake: pinsOf([first]), payments: pinsOf([second, third]) };
    const owners: Readonly<Record<string, readonly Signer[]>> = {
      intake: [first],
      payments: [second, third],
      eligibility: [],
    };
    for (const [service, own] of Object.entries(owners))
      for (const signer of signers) {
        const isBelieved = await verifySignedDayKey(signer.sign(entryOf(signer, service)), pinned);
        expect(isBelieved).toBe(own.includes(signer));
      }
  });

  it('finds each of them by its name', () => {
    const pinned = { payments: pinsOf(signers), intake: [] };
    for (const { keyId, publicKey } of signers) {
      expect(pinnedIdentityFor(pinned, 'payments', keyId)).toEqual({ keyId, publicKey });
      for (const service of ['intake', 'nobody', '__proto__', 'constructor'])
        expect(pinnedIdentityFor(pinned, service, keyId)).toBeUndefined();
    }
  });

  it('refuses pins of which any one is malformed, wherever it stands', () => {
    const good = pinsOf(signers);
    const [one] = good as [PinnedIdentity];
    const bad: unknown[] = [
      undefined,
      null,
      7,
      [],
      { keyId: one.keyId },
      { publicKey: one.publicKey },
      { ...one, keyId: 'AA' },
      { ...one, publicKey: one.publicKey.slice(2) },
      { ...one, keyId: 7 },
      { ...one, publicKey: `${one.publicKey.slice(0, -1)}!` },
    ];
    expect(isPinnedIdentities({ payments: good, intake: good })).toBe(true);
    for (const each of bad)
      for (let at = 0; at <= good.length; at += 1) {
        const pins = good.toSpliced(at, 0, each as PinnedIdentity);
        expect(isPinnedIdentities({ payments: pins, intake: good })).toBe(false);
        expect(isPinnedIdentities({ payments: good, intake: pins })).toBe(false);
      }
    for (const each of [undefined, null, [], 'x', { payments: {} }]) expect(isPinnedIdentities(each)).toBe(false);
  });
});

describe('a published day key', () => {
  const [signer] = signers as [Signer];
  const whole = signer.sign(entryOf(signer));

  it('is signed in every one of its parts', () => {
    const { signature: _, ...entry } = whole;
    const others = [
      { ...entry, service: 'intake' },
      { ...entry, day: '2026-11-26' },
      { ...entry, publicKey: toBase64url(new Uint8Array(32).fill(8)) },
      { ...entry, identity: toBase64url(new Uint8Array(8)) },
    ];
    const texts = [entry, ...others].map((each) => Buffer.from(dayKeyMessage(each)).toString('hex'));
    expect(new Set(texts).size).toBe(others.length + 1);
    expect(Object.keys(entry)).toHaveLength(others.length);
  });

  it('is signed over these bytes, which devices and services of other versions make too', () => {
    const entry = { service: 'payments', day: '2026-11-25', publicKey: 'AAAA', identity: 'BBBB' };
    const bytes = canonicalBytes('day-key/v1', ['payments', '2026-11-25', Uint8Array.of(0, 0, 0), 'BBBB']);
    expect(dayKeyMessage(entry)).toEqual(bytes);
  });

  it('has these five fields, each of its form', () => {
    expect(isSignedDayKey(whole)).toBe(true);
    for (const field of Object.keys(whole) as (keyof SignedDayKey)[]) {
      const { [field]: text, ...rest } = whole;
      expect([field, isSignedDayKey(rest)]).toEqual([field, false]);
      for (const wrong of [7, null, [text]]) expect(isSignedDayKey({ ...whole, [field]: wrong })).toBe(false);
    }
    const cut = (text: string): string => toBase64url(fromBase64url(text).subarray(1));
    const grown = (text: string): string => toBase64url(Buffer.concat([fromBase64url(text), Buffer.of(0)]));
    for (const field of ['publicKey', 'identity', 'signature'] as const)
      for (const change of [cut, grown, () => '?', () => ''])
        expect([field, isSignedDayKey({ ...whole, [field]: change(whole[field]) })]).toEqual([field, false]);
    for (const day of ['2026-11-31', '2026-1-1', 'today', '']) expect(isSignedDayKey({ ...whole, day })).toBe(false);
  });
});
