import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import {
  addDays,
  commandBytes,
  encodePayload,
  factsSlice,
  paymentsRequest,
  payoutSlice,
  type PayloadOf,
  type SealedContract,
} from '#libs/contracts';
import { householdRefOfSync, hpkeSeal, publicKeyBytes, signEd25519, sliceBinding } from '#libs/sealing';
import { openSlice } from './open-slice.js';

const day = '2026-11-02';
const dayKey = generateKeyPairSync('x25519');
const keyring = { dayKey: (asked: string) => (asked === day ? dayKey.privateKey : undefined) };
const household = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const commandKey = Buffer.from(String(household.publicKey.export({ format: 'jwk' }).x), 'base64url');

type Payout = PayloadOf<typeof payoutSlice>;

function payout(change: Partial<Payout> = {}, by = household): Payout {
  const unsigned = {
    commandKey: commandKey.toString('base64url'),
    receiptKey: Buffer.alloc(32, 1).toString('base64url'),
    linkToken: Buffer.alloc(32, 2).toString('base64url'),
    way: 'CASH',
    pickupCode: '0'.repeat(8),
    ...change,
  };
  const signature = signEd25519(by.privateKey, commandBytes(payoutSlice, day, unsigned));
  return { ...unsigned, signature: Buffer.from(signature).toString('base64url') };
}

/** Seals bytes as a device does, even bytes that no device would seal. */
function sealed(plaintext: Uint8Array, contract: SealedContract = payoutSlice, on = day): string {
  const recipientKey = publicKeyBytes(dayKey.publicKey);
  return Buffer.from(hpkeSeal({ recipientKey, ...sliceBinding(contract, on), plaintext })).toString('base64url');
}

const plain = (payload: object): Uint8Array => {
  const bytes = Buffer.alloc(payoutSlice.sizeBytes, ' ');
  bytes.write(JSON.stringify(payload));
  return bytes;
};

const open = (text: string, on = day) => openSlice(keyring, payoutSlice, { day: on, sealed: text });

describe('a slice', () => {
  it('is opened, with the household reference of the key that signed it', () => {
    const payload = payout();
    const opened = open(sealed(encodePayload(payoutSlice, payload)));
    expect(opened).toEqual({ ok: true, payload, householdRef: householdRefOfSync(commandKey) });
  });

  it.each<[string, string, string]>([
    ['of a day whose key is gone', 'slice-key-gone', sealed(plain(payout()))],
    ['sealed to another contract', 'slice-not-opened', sealed(plain(payout()), paymentsRequest)],
    ['sealed for another day', 'slice-not-opened', sealed(plain(payout()), payoutSlice, addDays(day, 1))],
    ['of random bytes', 'slice-not-opened', Buffer.alloc(816, 7).toString('base64url')],
    ['of nothing', 'slice-not-opened', ''],
    ['that is too short to be one', 'slice-not-opened', 'AAAA'],
    ['with a field that is not declared', 'slice-not-valid', sealed(plain({ ...payout(), name: 'Zoraida' }))],
    ['with a value that is not allowed', 'slice-not-valid', sealed(plain(payout({ way: 'Zoraida Canario' })))],
    ['without its signature', 'slice-not-valid', sealed(plain({ ...payout(), signature: undefined }))],
    ['that is no JSON', 'slice-not-valid', sealed(Buffer.alloc(payoutSlice.sizeBytes, 'x'))],
    ['of another size', 'slice-not-valid', sealed(Buffer.from(JSON.stringify(payout())))],
    ['signed by a stranger', 'slice-not-signed', sealed(plain(payout({}, stranger)))],
    ['changed after it was signed', 'slice-not-signed', sealed(plain({ ...payout(), way: 'CARD' }))],
    ['with a command key of small order', 'slice-not-valid', sealed(plain(payout({ commandKey: 'A'.repeat(43) })))],
    ['with a receipt key of small order', 'slice-not-valid', sealed(plain(payout({ receiptKey: 'A'.repeat(43) })))],
  ])('%s is parked under the code %s', (_name, code, text) => {
    expect(open(text, code === 'slice-key-gone' ? addDays(day, -9) : day)).toEqual({ ok: false, code });
  });

  it('that needs no signature is opened without one', () => {
    const facts = {
      commandKey: commandKey.toString('base64url'),
      receiptKey: Buffer.alloc(32, 1).toString('base64url'),
      paymentsHandle: Buffer.alloc(32, 3).toString('base64url'),
      linkToken: Buffer.alloc(32, 2).toString('base64url'),
      event: 'EVT-A',
      impacts: ['I1'],
      needs: ['FOD'],
      impactPeriod: '2026-W45',
      incomeChange: 'stopped',
      urgent: [],
      bands: { to5: 0, to17: 0, to64: 1, over64: 0 },
      residence: { inCity: true, serviceArea: 'East', evidenceClass: 'R6', areaFit: 'inside' },
      attested: { residence: true, impact: true, need: true, honesty: true },
      tokens: {},
      previousTokens: {},
    } as PayloadOf<typeof factsSlice>;
    const text = sealed(encodePayload(factsSlice, facts), factsSlice);
    const opened = openSlice(keyring, factsSlice, { day, sealed: text });
    expect(opened).toMatchObject({ ok: true, householdRef: householdRefOfSync(commandKey) });
  });

  it('is not hidden behind a code when the fault is ours', () => {
    const broken = {
      dayKey: () => {
        throw new TypeError('the keyring is broken');
      },
    };
    expect(() => openSlice(broken, payoutSlice, { day, sealed: '' })).toThrow(TypeError);
  });
});
