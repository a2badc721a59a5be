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
import type { AnyDelivery } from '../produce/unit-of-work.js';

/** A sealed message on its way in: from the log, or from what was kept. */
export interface Incoming extends InboxMessage {
  readonly contract: Contract;
  /** Where in the log it stands. */
  readonly logPosition?: LogPosition;
  /** How it is claimed, when it was kept for later. */
  readonly delayedId?: Uint8Array;
  /** Not to be opened: it has killed processes. */
  readonly isDeadly?: boolean;
}

export interface LogPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** What an incoming message turned out to be. */
export type Opened =
  | {
      readonly incoming: Incoming;
      readonly kind: 'delivery';
      readonly delivery: AnyDelivery;
      readonly seen: SeenMessage;
    }
  | { readonly incoming: Incoming; readonly kind: 'refused'; readonly code: string }
  | { readonly incoming: Incoming; readonly kind: 'expired' };

/** Later ones have years of five digits. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The UTC day in which a message of the log was stamped. Only a stamp of midnight says that it is a message's day. */
export function dayOfTimestamp(timestamp: string): Pick<InboxMessage, 'day' | 'isDayWrong'> {
  const ms = Number(timestamp);
  const isWithin = Number.isSafeInteger(ms) && ms >= 0 && ms <= LAST_MS;
  const day = dayOf(new Date(isWithin ? ms : 0));
  return isWithin && startOfDay(day) === ms ? { day } : { day, isDayWrong: true };
}

/**
 * Opens and validates a message. Everything wrong with it becomes a code; nothing is thrown for its content.
 *
 * @throws SealingError that says `canRetry`: this service's own keys or pins cannot be read at the moment
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
    if (error instanceof SealingError && error.canRetry) throw error;
    if (error instanceof SealingError || error instanceof ContractError) {
      const isExpired = error.code === 'key-destroyed' && daysBetween(day, today) >= clocks.dayKeyDays;
      return isExpired ? { incoming, kind: 'expired' } : refused(error.code);
    }
    throw error;
  }
}

/**
 * A stamp may name any day. Where no key of that day can be there now, the message is kept as one of today: listed with
 * the others, taken by the turn when they are, and opened by nothing.
 */
function kept(incoming: Incoming, today: Day): Incoming {
  const age = daysBetween(incoming.day, today);
  const isWithin = age >= -clocks.recordAheadDays && age <= clocks.dayKeyDays;
  return isWithin ? incoming : { ...incoming, day: today, isDayWrong: true };
}

/**
 * A version orders facts, and is no part of them: a producer whose database was restored to an older state says the
 * same under a later version.
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

/** Equal content gives equal text, in whatever order its fields were written. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
