import { describe, expect, it } from '@jest/globals';
import { argon2Sync, createPrivateKey, createPublicKey, hash, hkdfSync } from 'node:crypto';
import { hpkeSeal } from '../server/hpke/hpke.js';
import { boxIdOfSync, householdRefOfSync, verifyCommand } from '../server/keys.js';
import { codeFrom } from './crockford.js';
import { boxIdOf, deriveHousehold, householdRefOf, householdServices, type Household } from './household.js';
import { newReceipt } from './receipt.js';

/** Everything of a household that is a value, by its path. */
function valuesOf(household: Household): Record<string, string> {
  const values: Record<string, string> = {
    applicationId: hex(household.applicationId),
    pickupCode: household.pickupCode,
    'linkTokens.eligibility': hex(household.linkTokens.eligibility),
    'linkTokens.payments': hex(household.linkTokens.payments),
  };
  for (const service of householdServices) {
    const { commandKey, householdRef, receiptKey, boxId } = household.at[service];
    for (const [name, bytes] of Object.entries({ commandKey, householdRef, receiptKey, boxId })) {
      values[`${service}.${name}`] = hex(bytes);
    }
  }
  return values;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The same derivation once more, by other means: Node's own Argon2, HKDF and keys. */
function derivedByNode(written: string): Record<string, string> {
  const nonce = Buffer.from('household-receipt/v1');
  const stretching = { message: written, nonce, parallelism: 1, tagLength: 32, memory: 8192, passes: 1 };
  const seed = argon2Sync('argon2id', stretching);
  const derive = (label: string): Buffer => Buffer.from(hkdfSync('sha256', seed, '', label, 32));
  const publicOf = (asymmetricKeyType: 'ed25519' | 'x25519', label: string): Buffer =>
    createPublicKey(createPrivateKey({ key: derive(label), format: 'raw-private', asymmetricKeyType })).export({
      format: 'raw-public',
    });
  const values: Record<string, string> = {
    applicationId: hex(derive('application-id')),
    pickupCode: codeFrom(derive('pickup-code').subarray(0, 7)),
    'linkTokens.eligibility': hex(derive('link-token/eligibility/notification')),
    'linkTokens.payments': hex(derive('link-token/payments/notification')),
  };
  for (const service of householdServices) {
    const commandKey = publicOf('ed25519', `command-key/${service}`);
    const receiptKey = publicOf('x25519', `receipt-key/${service}`);
    values[`${service}.commandKey`] = hex(commandKey);
    values[`${service}.householdRef`] = hash('sha256', commandKey, 'hex');
    values[`${service}.receiptKey`] = hex(receiptKey);
    values[`${service}.boxId`] = hash('sha256', receiptKey, 'hex');
  }
  return values;
}

describe('the keys of a household', () => {
  it('follow from the receipt as written down, and match a second derivation', async () => {
    const written = newReceipt();
    expect(valuesOf(await deriveHousehold(written))).toEqual(derivedByNode(written));
  });

  it('never change for a receipt that is out there', async () => {
    // Known answer: a change here makes every printed receipt worthless.
    const { pickupCode, applicationId, at } = await deriveHousehold('QMHR-JRAQ-DGBM-S1PN');
    const known = [pickupCode, hex(applicationId).slice(0, 16), hex(at.payments.householdRef).slice(0, 16)];
    expect(known).toEqual(['2GGCXQ2S', '9777771b6154d793', '0d96855b96acd351']);
  });

  it('are the same however the receipt is typed', async () => {
    const written = newReceipt();
    const typed = written.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect(valuesOf(await deriveHousehold(typed))).toEqual(valuesOf(await deriveHousehold(written)));
  });

  it('are all different from each other, and from those of every other receipt', async () => {
    const households = await Promise.all([newReceipt(), newReceipt(), newReceipt()].map(deriveHousehold));
    const values = households.flatMap((household) => Object.values(valuesOf(household)));
    expect(values).toHaveLength(60);
    expect(new Set(values).size).toBe(values.length);
  });

  it.each(['', 'W4Q8', 'W4Q8-2XJ7-M0KT-9AV0-0', 'U000-0000-0000-0000'])('are not made of %j', async (text) => {
    await expect(deriveHousehold(text)).rejects.toMatchObject({ code: 'bad-receipt' });
  });
});

describe('a household at a service', () => {
  const message = Buffer.from('withdraw, n=3');

  it('signs what its command key at that service verifies, and at no other', async () => {
    const { at } = await deriveHousehold(newReceipt());
    const signature = await at.payments.sign(message);
    expect(verifyCommand(at.payments.commandKey, message, signature)).toBe(true);
    expect(verifyCommand(at.payments.commandKey, Buffer.from('withdraw, n=4'), signature)).toBe(false);
    for (const other of ['intake', 'eligibility', 'notification'] as const) {
      expect(verifyCommand(at[other].commandKey, message, signature)).toBe(false);
    }
  });

  it('opens what was sealed to its receipt key there, with that binding, and nothing else', async () => {
    const { at } = await deriveHousehold(newReceipt());
    const [info, aad] = [Buffer.from('info'), Buffer.from('aad')];
    const sealed = hpkeSeal({ recipientKey: at.eligibility.receiptKey, info, aad, plaintext: message });
    expect(Buffer.from(await at.eligibility.openBox({ info, aad, sealed }))).toEqual(message);
    const failing = [
      () => at.payments.openBox({ info, aad, sealed }),
      () => at.eligibility.openBox({ info: aad, aad, sealed }),
      () => at.eligibility.openBox({ info, aad: info, sealed }),
      () => at.eligibility.openBox({ info, aad, sealed: sealed.subarray(0, -1) }),
      () => at.eligibility.openBox({ info, aad, sealed: sealed.subarray(0, 47) }),
    ];
    for (const opening of failing) await expect(opening()).rejects.toMatchObject({ code: 'not-opened' });
  });

  it('has the same handle and box for the device and the server', async () => {
    const { at } = await deriveHousehold(newReceipt());
    const { commandKey, householdRef, receiptKey, boxId } = at.intake;
    expect([await householdRefOf(commandKey), await boxIdOf(receiptKey)]).toEqual([householdRef, boxId]);
    expect([hex(householdRefOfSync(commandKey)), hex(boxIdOfSync(receiptKey))]).toEqual([
      hex(householdRef),
      hex(boxId),
    ]);
  });
});
