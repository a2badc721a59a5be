import {
  ContractError,
  daysBetween,
  clocks,
  businessKey,
  decodePayload,
  startOfDay,
  type Contract,
  type Day,
} from '#libs/contracts';
import { sha256, SealingError, type RecordOpener } from '#libs/sealing';

import type { SeenMessage } from '../inbox/handled-keys.js';
import type { KeptMessage } from '../inbox/message.js';
import type { AnyDelivery } from '../produce/unit-of-work.js';

/** A sealed message on its way in: from the log, or from what was kept. */
export interface Incoming extends KeptMessage {
  readonly contract: Contract;
  /** Where in the log it stands. */
  readonly place?: Place;
  /** How it is claimed, when it was kept for later. */
  readonly takenId?: Uint8Array;
  /** Not to be opened: it has killed processes. */
  readonly isDeadly?: boolean;
}

export interface Place {
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

/** A timestamp that is no UTC midnight stands for no day. */
const NO_DAY = '';

export function dayOfTimestamp(timestamp: string): Day {
  const ms = Number(timestamp);
  if (!Number.isSafeInteger(ms) || ms < 0) return NO_DAY;
  const day = new Date(ms).toISOString().slice(0, 10);
  return startOfDay(day) === ms ? day : NO_DAY;
}

/**
 * Opens and validates a message. Everything wrong with it becomes a code; nothing is thrown for its content.
 *
 * @throws SealingError that says `canRetry`: this service's own keys or pins cannot be read at the moment
 */
export function openMessage(opener: Pick<RecordOpener, 'open'>, incoming: Incoming, today: Day): Opened {
  const { contract, record, day } = incoming;
  if (incoming.isDeadly === true) return { incoming, kind: 'refused', code: 'deadly' };
  if (day === NO_DAY) return { incoming, kind: 'refused', code: 'wrong-day' };
  try {
    const { name, version, producer } = contract;
    const plaintext = opener.open({ contract: name, version, producer, day }, record);
    const payload = decodePayload(contract, plaintext) as object;
    plaintext.fill(0);
    return { incoming, kind: 'delivery', delivery: { contract, payload, day }, seen: seenAs(contract, payload, day) };
  } catch (error) {
    if (error instanceof SealingError && error.canRetry) throw error;
    if (error instanceof SealingError || error instanceof ContractError) {
      const isExpired = error.code === 'key-destroyed' && daysBetween(day, today) >= clocks.dayKeyDays;
      return isExpired ? { incoming, kind: 'expired' } : { incoming, kind: 'refused', code: error.code };
    }
    throw error;
  }
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
