import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CONTRACTS_VERSION, decodePayload, type DirectoryV1, type SealedContract } from '#libs/contracts';
import {
  canonicalBytes,
  fromBase64url,
  hpkeOpen,
  keyIdOf,
  signEd25519,
  sliceBinding,
  toBase64url,
} from '#libs/sealing';

import { codeListsOf, type Answers, type DeviceSetting } from '../src/index.js';

export const day = '2026-11-02';
export const services = ['eligibility', 'payments', 'notification'] as const;
export type Recipient = (typeof services)[number];

const dayKeys = Object.fromEntries(services.map((name) => [name, generateKeyPairSync('x25519')])) as Record<
  Recipient,
  ReturnType<typeof generateKeyPairSync>
>;
const identities = Object.fromEntries(services.map((name) => [name, generateKeyPairSync('ed25519')]));
const rawOf = (key: unknown): Uint8Array =>
  fromBase64url((key as { export(options: object): { x: string } }).export({ format: 'jwk' }).x);

/** An identity that has signed nothing. */
export function newIdentity(): { readonly keyId: string; readonly publicKey: string } {
  const publicKey = rawOf(generateKeyPairSync('ed25519').publicKey);
  return { keyId: keyIdOf(publicKey), publicKey: toBase64url(publicKey) };
}

/** A device whose directory has a key of each service for the day. */
export function newSetting(): DeviceSetting {
  const pinned: Record<string, { keyId: string; publicKey: string }[]> = {};
  const entries = services.map((service): DirectoryV1['dayKeys'][number] => {
    const identity = identities[service] as unknown as { publicKey: unknown; privateKey: never };
    const identityKey = rawOf(identity.publicKey);
    const keyId = keyIdOf(identityKey);
    pinned[service] = [{ keyId, publicKey: toBase64url(identityKey) }];
    const publicKey = rawOf((dayKeys[service] as unknown as { publicKey: unknown }).publicKey);
    const signature = signEd25519(identity.privateKey, canonicalBytes('day-key/v1', [service, day, publicKey, keyId]));
    return { service, day, publicKey: toBase64url(publicKey), identity: keyId, signature: toBase64url(signature) };
  });
  return {
    day,
    lists: codeListsOf(JSON.parse(readFileSync(join('deploy', 'profiles', 'los-angeles.json'), 'utf8'))),
    pinned,
    directory: {
      contracts: CONTRACTS_VERSION,
      contractsHash: '',
      profileHash: '',
      dayKeys: entries,
      cycle: { salt: toBase64url(new Uint8Array(32)), previousSalt: toBase64url(new Uint8Array(32).fill(1)) },
    },
  };
}

export const answers: Answers = {
  typed: { calledBy: 'Synthetic Person', birthDay: { day: 3, month: 4 }, dwelling: '1 Nowhere Street' },
  facts: {
    event: 'EVT-A',
    impacts: ['I1'],
    needs: ['FOD'],
    impactPeriod: '2026-W45',
    incomeChange: 'stopped',
    urgent: [],
    bands: { to5: 0, to17: 0, to64: 1, over64: 0 },
    residence: { inCity: true, serviceArea: 'East', evidenceClass: 'R6', areaFit: 'inside' },
    attested: { residence: true, impact: true, need: true, honesty: true },
  },
  payout: { way: 'CASH' },
  contact: { channel: 'none', leaveMessage: false, language: 'en' },
};

export function open(service: Recipient, contract: SealedContract, sealed: string, on = day): object {
  const plaintext = hpkeOpen({
    privateKey: (dayKeys[service] as unknown as { privateKey: never }).privateKey,
    ...sliceBinding(contract, on),
    sealed: fromBase64url(sealed),
  });
  return decodePayload(contract, plaintext);
}
