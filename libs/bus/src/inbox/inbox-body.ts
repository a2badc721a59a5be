import { createHash } from 'node:crypto';

import { clocks, daysBetween, type Day } from '#libs/contracts';
import type { FoundRow, KindSpec } from '#libs/records';

import type { InboxMessage, RetriedMessage } from './message.js';

export const HANDLED = 'handled';
export const PARKED = 'parked';
export const LATER = 'later';
export const UNSEALED = 'unsealed';

/** The body of a parked or delayed message in its record, or of one that waits to be sealed. */
export interface InboxBody {
  readonly contract: string;
  /** Empty if an earlier version kept the message and its timestamp named no day. */
  readonly day: string;
  readonly isDayWrong?: true;
  /** The envelope, base64; the payload of a message that waits to be sealed. */
  readonly record: string;
  readonly code?: string;
  /** A device sealed its content badly. No operator can do anything about it. */
  readonly isFromDevice?: true;
  /** A delayed message: how many processes have begun to handle it and not lived to see its end. */
  readonly starts?: number;
}

export interface InboxKindsOptions {
  readonly envelopeBytesMax: number;
  /** Days from a message's day until its key is forgotten. It must be later than the end of its producer's outbox. */
  readonly handledDays?: number;
  /** Days from a message's day after which no key can open it. The nightly turn then drops it. */
  readonly readableDays?: number;
}

/** Returns the kinds of record that the bus needs among those of its service. */
export function inboxKinds({
  envelopeBytesMax,
  handledDays = clocks.handledDays,
  readableDays = clocks.dayKeyDays,
}: InboxKindsOptions): readonly KindSpec[] {
  const outlived = (days: number) => (body: object, today: string) =>
    daysBetween(keptDay(body as InboxBody), today) > days;
  const bodyBytes = 320 + Math.ceil((envelopeBytesMax * 4) / 3);
  return [
    { kind: HANDLED, sizeBytes: 112, work: false, isOver: outlived(handledDays) },
    { kind: PARKED, sizeBytes: bodyBytes, work: false, isOver: outlived(readableDays) },
    { kind: LATER, sizeBytes: bodyBytes, work: true, dueWithinDays: 2, isOver: outlived(readableDays) },
    { kind: UNSEALED, sizeBytes: bodyBytes, work: false, isOver: outlived(readableDays) },
  ];
}

/** What is known of a message beside its bytes. */
type Known = Pick<InboxBody, 'code' | 'isFromDevice' | 'starts'>;

export function inboxBody(message: InboxMessage, envelopeBytesMax: number, known: Known = {}): InboxBody {
  const bytes = message.envelope.length > envelopeBytesMax ? new Uint8Array() : message.envelope;
  return {
    contract: message.contractName,
    day: message.day,
    ...(message.isDayWrong === true ? { isDayWrong: true } : {}),
    record: Buffer.from(bytes).toString('base64'),
    ...known,
  };
}

const LONG_OVER: Day = '1970-01-01';

/** A message without a day is over, and the next nightly turn drops it. */
export function keptDay({ day }: Pick<InboxBody, 'day'>): Day {
  return day === '' ? LONG_OVER : day;
}

export function retriedMessage({ value, body }: FoundRow<InboxBody>): RetriedMessage {
  return {
    id: value,
    contractName: body.contract,
    day: keptDay(body),
    ...(body.day === '' || body.isDayWrong === true ? { isDayWrong: true } : {}),
    envelope: Buffer.from(body.record, 'base64'),
    starts: body.starts ?? 0,
  };
}

/** Returns the value by which a message or key of a contract is found. */
export function valueOf(contractName: string, content: string | Uint8Array): Buffer {
  return createHash('sha256').update(`${contractName}\n`).update(content).digest();
}
