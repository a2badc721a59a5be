import {
  ContractError,
  dayOf,
  daysBetween,
  clocks,
  businessKey,
  decodePayload,
  startOfDay,
  type Contract,
  type Day,
} from '#libs/contracts';
import { sha256, SealingError, type EnvelopeOpener } from '#libs/sealing';

import type { SeenMessage } from '../inbox/handled-keys.js';
import type { InboxMessage } from '../inbox/message.js';
import { failureOf, parkingCodeOf } from '../trouble/failure.js';
import type { AnyDelivery } from '../produce/unit-of-work.js';

/** A sealed message to handle, from the log or from the inbox. */
export interface Incoming extends InboxMessage {
  readonly contract: Contract;
  /** Its position in the log. */
  readonly logPosition?: LogPosition;
  /** The id to claim it by, if it is a delayed message. */
  readonly delayedId?: Uint8Array;
  /** Must not be opened, because processes died at it. */
  readonly isDeadly?: boolean;
}

export interface LogPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** The result of opening a message. */
export type Opened =
  | {
      readonly incoming: Incoming;
      readonly kind: 'delivery';
      readonly delivery: AnyDelivery;
      readonly seen: SeenMessage;
    }
  | { readonly incoming: Incoming; readonly kind: 'refused'; readonly code: string }
  | { readonly incoming: Incoming; readonly kind: 'expired' };

/** Later dates have years of five digits. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The UTC day of a record's timestamp. A timestamp other than midnight marks the day as wrong. */
export function dayOfTimestamp(timestamp: string): Pick<InboxMessage, 'day' | 'isDayWrong'> {
  const ms = Number(timestamp);
  const isWithin = Number.isSafeInteger(ms) && ms >= 0 && ms <= LAST_MS;
  const day = dayOf(new Date(isWithin ? ms : 0));
  return isWithin && startOfDay(day) === ms ? { day } : { day, isDayWrong: true };
}

/**
 * Opens and validates a message. Every fault in its content becomes a code and is not thrown.
 *
 * @throws SealingError with `canRetry`: this service's own keys or pins cannot be read at the moment
 */
export function openMessage(opener: Pick<EnvelopeOpener, 'open'>, incoming: Incoming, today: Day): Opened {
  const { contract, envelope, day } = incoming;
  const refused = (code: string): Opened => ({ incoming: kept(incoming, today), kind: 'refused', code });
  if (incoming.isDeadly === true) return refused('deadly');
  if (incoming.isDayWrong === true) return refused('wrong-day');
  try {
    const { name, version, producer } = contract;
    const plaintext = opener.open({ contract: name, version, producer, day }, envelope);
    const payload = decodePayload(contract, plaintext) as object;
    plaintext.fill(0);
    return { incoming, kind: 'delivery', delivery: { contract, payload, day }, seen: seenAs(contract, payload, day) };
  } catch (error) {
    if (failureOf(error) === 'infrastructure') throw error;
    if (error instanceof SealingError || error instanceof ContractError) {
      const isExpired = error.code === 'key-destroyed' && daysBetween(day, today) >= clocks.dayKeyDays;
      return isExpired ? { incoming, kind: 'expired' } : refused(error.code);
    }
    // One message that cannot be opened for an unforeseen reason stops no other.
    return refused(parkingCodeOf(error));
  }
}

/**
 * A timestamp may name any day. If no key of that day can exist now, the message is stored under today. It is then
 * listed and rekeyed with the others, and nothing opens it.
 */
function kept(incoming: Incoming, today: Day): Incoming {
  const age = daysBetween(incoming.day, today);
  const isWithin = age >= -clocks.recordAheadDays && age <= clocks.dayKeyDays;
  return isWithin ? incoming : { ...incoming, day: today, isDayWrong: true };
}

/**
 * Identifies a message by key, day and digest. The digest excludes the version, which orders facts and is not part of
 * them. A producer whose database was restored to an older state sends the same fact under a later version.
 */
export function seenAs(contract: Contract, payload: object, day: Day): SeenMessage {
  const { version: _, ...fact } = payload as { readonly version?: number };
  return {
    contractName: contract.name,
    key: businessKey(contract as Contract<string, never>, payload as never),
    day,
    digest: sha256(Buffer.from(JSON.stringify(sorted(fact)), 'utf8')),
  };
}

/** Sorts fields, so that equal content gives equal text in whatever order its fields were written. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
