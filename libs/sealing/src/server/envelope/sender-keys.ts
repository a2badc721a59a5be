import { createSecretKey, type KeyObject } from 'node:crypto';
import { addDays, type Day, type KeyLife } from '../../days.js';
import { SealingError } from '../../errors.js';
import { aeadSeal } from '../aead.js';
import { hpkeSeal } from '../hpke/hpke.js';
import { kernelRandom } from '../kernel-random.js';
import type { IdentitySigner, KeyDirectory, PublishedDayKey } from '../keyring/keyring.js';
import { freshNonce } from '../nonce.js';
import {
  bodyBinding,
  encodePrefix,
  encodeUnsigned,
  headerMessage,
  SENDER_KEY_BYTES,
  WRAP_AAD,
  wrapInfo,
  type EnvelopeAddress,
} from './envelope-header.js';

/** A key with random nonces may seal 2^32 envelopes (NIST SP 800-38D section 8.3). It is replaced much earlier. */
const ENVELOPES_PER_KEY = 2 ** 30;

/** The largest number of cached keys. There is one for each contract and day, and the oldest are dropped. */
const KEYS_MAX = 1_000;

interface SenderKey {
  readonly key: KeyObject;
  readonly prefix: Buffer;
  readonly aad: Buffer;
  readonly recipientKeyId: string;
  readonly identityKeyId: string;
  envelopes: number;
}

export interface SenderKeysOptions {
  readonly producer: string;
  /** Called for each envelope, so that a new identity signs without a restart. */
  readonly identity: () => IdentitySigner;
  readonly directory: Pick<KeyDirectory, 'dayKeyOf'>;
  readonly life: Pick<KeyLife, 'days'>;
  readonly envelopesPerKeyMax?: number;
}

/** The address of an envelope without its producer, who is that of the `SenderKeys`. */
export type EnvelopeTarget = Omit<EnvelopeAddress, 'producer'>;

/**
 * Seals the envelopes of a service. A process has one AES-256-GCM key for each contract and day. The key is wrapped to
 * the consumer's day key and signed once. Every envelope contains the wrapped key, so that nobody has to store it.
 */
export class SenderKeys {
  readonly #options: SenderKeysOptions;
  readonly #keys = new Map<string, SenderKey>();
  #newestDay: Day = '';

  constructor(options: SenderKeysOptions) {
    this.#options = options;
  }

  /** Whether the consumer has a published key for that day. */
  hasKey(consumer: string, day: Day): boolean {
    return this.#options.directory.dayKeyOf(consumer, day) !== undefined;
  }

  /**
   * @returns an envelope, `envelopeOverheadBytes` longer than the plaintext
   * @throws SealingError `no-day-key` while the consumer has no published key for that day
   */
  seal(target: EnvelopeTarget, plaintext: Uint8Array): Buffer {
    const sender = this.#keyFor(target);
    sender.envelopes += 1;
    const nonce = freshNonce();
    return Buffer.concat([sender.prefix, nonce, aeadSeal({ key: sender.key, nonce, aad: sender.aad }, plaintext)]);
  }

  /**
   * Drops the keys of the days before `day`. The first envelope of a new day calls it with the oldest living day.
   */
  forgetBefore(day: Day): void {
    for (const name of this.#keys.keys()) {
      if (name.slice(0, day.length) < day) this.#keys.delete(name);
    }
  }

  #keyFor(target: EnvelopeTarget): SenderKey {
    const recipient = this.#options.directory.dayKeyOf(target.consumer, target.day);
    if (recipient === undefined) throw new SealingError('no-day-key');
    const name = `${target.day} ${target.contract} ${target.version} ${target.consumer}`;
    const known = this.#keys.get(name);
    const envelopesMax = this.#options.envelopesPerKeyMax ?? ENVELOPES_PER_KEY;
    const identity = this.#options.identity();
    const isRight = known?.recipientKeyId === recipient.keyId && known.identityKeyId === identity.keyId;
    if (known !== undefined && isRight && known.envelopes < envelopesMax) return known;
    if (target.day > this.#newestDay) {
      this.#newestDay = target.day;
      this.forgetBefore(addDays(target.day, 1 - this.#options.life.days));
    }
    const made = this.#make(target, recipient, identity);
    this.#keys.delete(name);
    this.#keys.set(name, made);
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > KEYS_MAX && oldest !== undefined) this.#keys.delete(oldest);
    return made;
  }

  #make(target: EnvelopeTarget, recipient: PublishedDayKey, identity: IdentitySigner): SenderKey {
    const { producer } = this.#options;
    const address: EnvelopeAddress = { ...target, producer };
    const raw = kernelRandom(SENDER_KEY_BYTES);
    const wrappedKey = hpkeSeal({
      recipientKey: recipient.publicKey,
      info: wrapInfo(address),
      aad: WRAP_AAD,
      plaintext: raw,
    });
    const unsigned = encodeUnsigned({ ...address, identity: identity.keyId, wrappedKey });
    const prefix = encodePrefix(unsigned, identity.sign(headerMessage(unsigned)));
    const key = createSecretKey(raw);
    raw.fill(0);
    const aad = bodyBinding({ ...address, wrappedKey });
    return { key, prefix, aad, recipientKeyId: recipient.keyId, identityKeyId: identity.keyId, envelopes: 0 };
  }
}
