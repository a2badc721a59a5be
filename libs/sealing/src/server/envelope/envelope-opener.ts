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

/** Headers kept open: every process of every producer makes one per contract and day. */
const OPENED_MAX = 20_000;

/** What a header says in the clear. */
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

/** What the reader expects of an envelope: where it came from says so, never the envelope itself. */
export type ExpectedEnvelope = Omit<EnvelopeAddress, 'consumer'>;

/** Opens the envelopes that other services have sealed to this one. */
export class EnvelopeOpener {
  readonly #options: EnvelopeOpenerOptions;
  readonly #opened = new Map<string, OpenedHeader>();
  #newestDay: Day = '';

  constructor(options: EnvelopeOpenerOptions) {
    this.#options = options;
  }

  /**
   * @throws SealingError
   * - `malformed`: not an envelope at all
   * - `wrong-contract`, `wrong-day`: an envelope, but not the one expected here
   * - `key-destroyed`: its day is over; counted as expired, nothing can be done
   * - `forged`: the header is not signed by a pinned identity key of its producer
   * - `not-opened`: changed on its way, or sealed to a key that this keyring does not hold
   */
  open(expected: ExpectedEnvelope, envelope: Uint8Array): Buffer {
    const { prefix, nonce, body } = splitEnvelope(envelope);
    // The exact header bytes are the name of what they opened to: a changed byte is another, unknown header.
    const name = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.length).toString('latin1');
    const known = this.#opened.get(name);
    const claims = known?.claims ?? parseHeader(prefix);
    this.#check(expected, claims);
    // Both asked anew for every envelope: an opened header dies with its day key and with a revoked identity key.
    const dayKey = this.#dayKey(claims.day);
    const identity = this.#options.directory.identityKey(claims.producer, claims.identity);
    if (identity === undefined) throw new SealingError('forged');
    if (known !== undefined && known.dayKey === dayKey)
      return aeadOpen({ key: known.key, nonce, aad: known.aad }, body);
    const opened = this.#openHeader(prefix, dayKey, identity);
    this.#keep(name, opened);
    return aeadOpen({ key: opened.key, nonce, aad: opened.aad }, body);
  }

  /** What an envelope says of itself, unverified: good for counting and parking, for nothing else. */
  static peek(envelope: Uint8Array): EnvelopeClaims {
    return claimsOf(parseHeader(splitEnvelope(envelope).prefix));
  }

  /** Drops what was opened under day keys that have died. Happens by itself whenever a new day's envelopes arrive. */
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
    // Neither destroyed nor there: this keyring is not the one the producer sealed to. Parked, until it is back.
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

/** Only the plain texts: nothing that holds on to the fetch buffer the envelope came in. */
function claimsOf({ contract, version, producer, consumer, day, identity }: EnvelopeHeader): EnvelopeClaims {
  return { contract, version, producer, consumer, day, identity };
}
