import { argon2id } from 'hash-wasm';
import { SealingError } from '../errors.js';
import { openFrom, type BoxOpening } from './hpke.js';
import { parseReceipt, pickupCodeFrom } from './receipt.js';
import { agreementPair, hkdf, importSeed, sha256, signingPair, signWith } from './webcrypto.js';

export const householdServices = ['intake', 'eligibility', 'payments', 'notification'] as const;
export type HouseholdService = (typeof householdServices)[number];

/** The keys of a household at one service. Nobody can link the keys of two services. */
export interface ServiceKeys {
  /** Ed25519 public key. Its private half signs for the household at this service. */
  readonly commandKey: Uint8Array;
  /** SHA-256 of the command key: the household reference at this service. */
  readonly householdRef: Uint8Array;
  /** X25519 public key to which the service seals its messages */
  readonly receiptKey: Uint8Array;
  /** SHA-256 of the receipt key: the id of the box. */
  readonly boxId: Uint8Array;
  /** Ed25519, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** @throws SealingError `not-opened` */
  openBox(box: BoxOpening): Promise<Uint8Array>;
}

/** All that is derived from a receipt. It is derived again each time and never stored. */
export interface Household {
  readonly applicationId: Uint8Array;
  /** Eight Crockford symbols for the pick-up desk; the last one is a check symbol. */
  readonly pickupCode: string;
  /** Each is in exactly two slices: that of the named service and that of notification. */
  readonly linkTokens: { readonly eligibility: Uint8Array; readonly payments: Uint8Array };
  readonly at: Readonly<Record<HouseholdService, ServiceKeys>>;
}

/** A change of these makes every existing receipt worthless. A new version needs a new salt beside the old one. */
const STRETCHING = { salt: 'household-receipt/v1', memorySize: 8_192, iterations: 1, parallelism: 1, hashLength: 32 };

/**
 * Rebuilds a household's keys from its receipt. The receipt's 75 random bits are stretched with Argon2id (RFC 9106;
 * 8 MiB, one pass, one lane: under 300 ms on a five-year-old phone) only against a search for many receipts at once.
 *
 * @param receipt in any form that `parseReceipt` reads
 * @throws SealingError `bad-receipt`, `unsupported-device`
 */
export async function deriveHousehold(receipt: string): Promise<Household> {
  const parsed = parseReceipt(receipt);
  if (!parsed.ok) throw new SealingError('bad-receipt');
  const stretched = await argon2id({ ...STRETCHING, password: parsed.receipt, outputType: 'binary' });
  const seed = await importSeed(stretched);
  stretched.fill(0);
  const [applicationId, pickupBytes, eligibility, payments, services] = await Promise.all([
    hkdf(seed, 'application-id', 32),
    hkdf(seed, 'pickup-code', 8),
    hkdf(seed, 'link-token/eligibility/notification', 32),
    hkdf(seed, 'link-token/payments/notification', 32),
    Promise.all(householdServices.map(async (service) => [service, await serviceKeys(seed, service)] as const)),
  ]);
  const at = Object.fromEntries(services) as Record<HouseholdService, ServiceKeys>;
  return { applicationId, pickupCode: pickupCodeFrom(pickupBytes), linkTokens: { eligibility, payments }, at };
}

/** The household reference at a service, from the command key there. */
export function householdRefOf(commandKey: Uint8Array): Promise<Uint8Array> {
  return sha256(commandKey);
}

/** The box of a household at a service, from the receipt key there. */
export function boxIdOf(receiptKey: Uint8Array): Promise<Uint8Array> {
  return sha256(receiptKey);
}

async function serviceKeys(seed: CryptoKey, service: HouseholdService): Promise<ServiceKeys> {
  const [commandSeed, receiptSeed] = await Promise.all([
    hkdf(seed, `command-key/${service}`, 32),
    hkdf(seed, `receipt-key/${service}`, 32),
  ]);
  const [command, box] = await Promise.all([signingPair(commandSeed), agreementPair(receiptSeed)]);
  commandSeed.fill(0);
  receiptSeed.fill(0);
  return {
    commandKey: command.publicKey,
    householdRef: await householdRefOf(command.publicKey),
    receiptKey: box.publicBytes,
    boxId: await boxIdOf(box.publicBytes),
    sign: (message) => signWith(command.privateKey, message),
    openBox: (opening) => openFrom(box, opening),
  };
}
