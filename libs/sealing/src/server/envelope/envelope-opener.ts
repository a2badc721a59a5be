import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Day } from '../../days.js';
import { SealingError } from '../../errors.js';
import { aeadOpen } from '../aead.js';
import { hpkeOpen } from '../hpke/hpke.js';
import type { KeyDirectory, Keyring } from '../keyring/keyring.js';
import { verifyEd25519 } from '../keys.js';
import {
  bodyBinding,
  headerMessage,
  parseHeader,
  splitEnvelope,
  unsignedPart,
  WRAP_AAD,
  wrapInfo,
  type EnvelopeAddress,
  type EnvelopeHeader,
} from './envelope-header.js';

/** The largest number of cached headers. Every process of a producer makes one header per contract and day. */
const OPENED_MAX = 20_000;

/** The plain text of a header. */
export type EnvelopeClaims = EnvelopeAddress & { readonly identity: string };

interface OpenedHeader {
  readonly claims: EnvelopeClaims;
  readonly dayKey: KeyObject;
  readonly key: KeyObject;
  readonly aad: Buffer;
}

export interface EnvelopeOpenerOptions {
  readonly consumer: string;
  readonly keyring: Pick<Keyring, 'dayKey' | 'isDayDestroyed'>;
  readonly directory: Pick<KeyDirectory, 'identityKey'>;
}

/** The address that the reader expects. It follows from the topic of the envelope, never from the envelope itself. */
export type ExpectedEnvelope = Omit<EnvelopeAddress, 'consumer'>;

/** Opens envelopes that other services have sealed to this one. */
export class EnvelopeOpener {
  readonly #options: EnvelopeOpenerOptions;
  readonly #opened = new Map<string, OpenedHeader>();
  #newestDay: Day = '';

  constructor(options: EnvelopeOpenerOptions) {
    this.#options = options;
  }

  /**
   * @throws SealingError
   * - `malformed`: the bytes are no envelope
   * - `wrong-contract`, `wrong-day`: the address is not the expected one
   * - `key-destroyed`: the day key is destroyed. The envelope counts as expired, and nobody can read it
   * - `forged`: the header is not signed by a pinned identity key of its producer
   * - `not-opened`: the envelope was changed, or it is sealed to a key that this keyring does not have
   */
  open(expected: ExpectedEnvelope, envelope: Uint8Array): Buffer {
    const { prefix, nonce, body } = splitEnvelope(envelope);
    // The cache is indexed by the exact header bytes. A changed byte makes another, unknown header.
    const name = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.length).toString('latin1');
    const known = this.#opened.get(name);
    const claims = known?.claims ?? parseHeader(prefix);
    this.#check(expected, claims);
    // Both keys are looked up for every envelope, so that a cached header ends with its day key or its identity key.
    const dayKey = this.#dayKey(claims.day);
    const identity = this.#options.directory.identityKey(claims.producer, claims.identity);
    if (identity === undefined) throw new SealingError('forged');
    if (known !== undefined && known.dayKey === dayKey)
      return aeadOpen({ key: known.key, nonce, aad: known.aad }, body);
    const opened = this.#openHeader(prefix, dayKey, identity);
    this.#keep(name, opened);
    return aeadOpen({ key: opened.key, nonce, aad: opened.aad }, body);
  }

  /** Reads the claims of an envelope without verification. Use them for counting and parking only. */
  static peek(envelope: Uint8Array): EnvelopeClaims {
    return claimsOf(parseHeader(splitEnvelope(envelope).prefix));
  }

  /** Drops cached headers of destroyed day keys. The first envelope of a new day calls it too. */
  forgetDead(): void {
    for (const [name, { claims }] of this.#opened) {
      if (this.#options.keyring.isDayDestroyed(claims.day)) this.#opened.delete(name);
    }
  }

  #check(expected: ExpectedEnvelope, header: EnvelopeClaims): void {
    const isExpected =
      header.contract === expected.contract &&
      header.version === expected.version &&
      header.producer === expected.producer &&
      header.consumer === this.#options.consumer;
    if (!isExpected) throw new SealingError('wrong-contract');
    if (header.day !== expected.day) throw new SealingError('wrong-day');
  }

  #dayKey(day: Day): KeyObject | undefined {
    const { keyring } = this.#options;
    const dayKey = keyring.dayKey(day);
    if (dayKey === undefined && keyring.isDayDestroyed(day)) throw new SealingError('key-destroyed');
    return dayKey;
  }

  #openHeader(prefix: Uint8Array, dayKey: KeyObject | undefined, identity: KeyObject): OpenedHeader {
    const header = parseHeader(prefix);
    const isSigned = verifyEd25519(identity, headerMessage(unsignedPart(prefix)), header.signature);
    if (!isSigned) throw new SealingError('forged');
    // The key is neither destroyed nor present: the producer sealed to another keyring. The message is parked.
    if (dayKey === undefined) throw new SealingError('not-opened');
    const raw = hpkeOpen({
      privateKey: dayKey,
      info: wrapInfo(header),
      aad: WRAP_AAD,
      sealed: header.wrappedKey,
    });
    const key = createSecretKey(raw);
    raw.fill(0);
    return { claims: claimsOf(header), dayKey, key, aad: bodyBinding(header) };
  }

  #keep(name: string, opened: OpenedHeader): void {
    if (opened.claims.day > this.#newestDay) {
      this.#newestDay = opened.claims.day;
      this.forgetDead();
    }
    const [oldest] = this.#opened.keys();
    if (this.#opened.size >= OPENED_MAX && oldest !== undefined) this.#opened.delete(oldest);
    this.#opened.set(name, opened);
  }
}

/** Copies the plain values only, so that the cache does not keep the fetch buffer alive. */
function claimsOf({ contract, version, producer, consumer, day, identity }: EnvelopeHeader): EnvelopeClaims {
  return { contract, version, producer, consumer, day, identity };
}
