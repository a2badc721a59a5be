import { createHash } from 'node:crypto';

import type { Tx } from '#libs/database';

import type { FoundRow, KindSpec } from './kind.js';
import { DAY_MS } from './kind.js';
import type { Records } from './records.js';
import type { RecordsTx } from './records-tx.js';

const HANDLED = 'handled';
const PARKED = 'parked';
const LATER = 'later';
const DIGEST_BYTES = 16;
const LEASE_MS = 10 * 60_000;

/** A message set aside because it cannot be handled: its sealed bytes and a code, never what is in it. */
export interface ParkedMessage {
  readonly contractName: string;
  readonly day: string;
  /** Sealed. Empty when it was larger than any record of a contract can be: such bytes can never be read. */
  readonly record: Uint8Array;
  readonly code: string;
}

/** A message whose turn has not come. */
export interface LaterMessage {
  readonly contractName: string;
  readonly day: string;
  /** Sealed. */
  readonly record: Uint8Array;
  readonly due: Date;
}

export interface TakenMessage {
  /** Names it for `claimLater`. */
  readonly id: Uint8Array;
  readonly contractName: string;
  readonly day: string;
  readonly record: Uint8Array;
}

export interface MessageKey {
  readonly contractName: string;
  readonly key: string;
  readonly day: string;
}

export interface SeenMessage extends MessageKey {
  /** Of the content, so that the same key with other content is noticed. Sixteen bytes are kept. */
  readonly digest: Uint8Array;
}

/** `other`: the key is known, with other content. */
export type Sight = 'new' | 'known' | 'other';

/** Parked messages of one contract, day and code. */
export interface ParkedGroup {
  readonly contract: string;
  readonly day: string;
  readonly code: string;
  readonly count: number;
}

export interface ParkedSummary {
  readonly count: number;
  /** Earliest day among the parked messages: that one goes dark first. */
  readonly oldestDay: string | undefined;
  readonly byCode: Readonly<Record<string, number>>;
}

export interface MessageKeepingOptions {
  readonly records: Records;
  /** Size of the largest sealed record of any contract of the service. */
  readonly recordBytesMax: number;
}

interface KeptBody {
  readonly contract: string;
  readonly day: string;
  readonly record: string;
  readonly code?: string;
}

/** The kinds that `MessageKeeping` needs among those of its `Records`. */
export function keepingKinds(options: {
  readonly recordBytesMax: number;
  /** Days from a message's day on which its key is forgotten; later than the end of its producer's outbox. */
  readonly handledDays: number;
  /** Days from a message's day after which no key can open it: it is not carried over any further. */
  readonly readableDays: number;
}): readonly KindSpec[] {
  const outlived = (days: number) => (body: object, today: string) => daysFrom((body as KeptBody).day, today) > days;
  const keptBytes = 320 + Math.ceil((options.recordBytesMax * 4) / 3);
  return [
    { kind: HANDLED, sizeBytes: 112, work: false, isOver: outlived(options.handledDays) },
    { kind: PARKED, sizeBytes: keptBytes, work: false, isOver: outlived(options.readableDays) },
    { kind: LATER, sizeBytes: keptBytes, work: true, isOver: outlived(options.readableDays) },
  ];
}

/** What the message bus asks of the store: keys of what was handled, parked messages, messages for later. */
export class MessageKeeping {
  private readonly records: Records;
  private readonly recordBytesMax: number;

  constructor({ records, recordBytesMax }: MessageKeepingOptions) {
    this.records = records;
    this.recordBytesMax = recordBytesMax;
  }

  /** For each message whether its key is new; it is remembered from this transaction's commit on. */
  async firstSeen(tx: Tx, messages: readonly SeenMessage[]): Promise<Sight[]> {
    if (messages.length === 0) return [];
    const records = await this.records.begin(tx);
    const rows = messages.map(({ contractName, key, day, digest }) => ({
      value: sha256(contractName, key),
      body: { day, digest: Buffer.from(digest.subarray(0, DIGEST_BYTES)).toString('base64url') },
    }));
    const added = await records.put(HANDLED, rows);
    const repeated = rows.filter((_, at) => !added[at]);
    const first = await records.find<{ digest: string }>(
      HANDLED,
      repeated.map(({ value }) => value),
    );
    const same = new Set(repeated.filter((row, at) => first[at]?.digest === row.body.digest));
    return rows.map((row, at) => (added[at] ? 'new' : same.has(row) ? 'known' : 'other'));
  }

  /** Takes keys back in the transaction that saw them first: their messages count as not handled. */
  async forget(tx: Tx, keys: readonly MessageKey[]): Promise<void> {
    if (keys.length === 0) return;
    const records = await this.records.begin(tx);
    await records.remove(
      HANDLED,
      keys.map(({ contractName, key }) => sha256(contractName, key)),
    );
  }

  /** The same sealed bytes are parked once, however often they come. */
  async park(tx: Tx, messages: readonly ParkedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const records = await this.records.begin(tx);
    await records.put(
      PARKED,
      messages.map((message) => ({
        value: sha256(message.contractName, message.record),
        body: this.body(message, message.code),
      })),
    );
  }

  async parkedCount(tx: Tx): Promise<number> {
    return (await this.records.begin(tx)).count(PARKED);
  }

  async parkedSummary(tx: Tx, limit = 1_000): Promise<ParkedSummary> {
    const records = await this.records.begin(tx);
    const rows = await records.scan<KeptBody>(PARKED, limit);
    const byCode: Record<string, number> = {};
    for (const { body } of rows) byCode[body.code ?? ''] = (byCode[body.code ?? ''] ?? 0) + 1;
    const count = rows.length < limit ? rows.length : await records.count(PARKED);
    return { count, oldestDay: rows.map(({ body }) => body.day).sort()[0], byCode };
  }

  /** What is parked, counted by contract, day and code; of more than `limit` messages only so many are looked at. */
  async parkedGroups(tx: Tx, limit = 10_000): Promise<readonly ParkedGroup[]> {
    const records = await this.records.begin(tx);
    const rows = await records.scan<KeptBody>(PARKED, limit);
    const groups = new Map<string, ParkedGroup>();
    for (const { body } of rows) {
      const { contract, day, code = '' } = body;
      const key = `${day} ${contract} ${code}`;
      groups.set(key, { contract, day, code, count: (groups.get(key)?.count ?? 0) + 1 });
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  }

  /** Takes parked messages out, to be tried again in the same transaction; those without bytes stay. */
  async takeParked(tx: Tx, limit: number): Promise<TakenMessage[]> {
    const records = await this.records.begin(tx);
    const rows = (await records.scan<KeptBody>(PARKED, limit)).filter(({ body }) => body.record !== '');
    const taken = await records.remove(
      PARKED,
      rows.map(({ value }) => value),
    );
    return rows.filter((_, at) => taken[at]).map(takenMessage);
  }

  async keepForLater(tx: Tx, messages: readonly LaterMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const records = await this.records.begin(tx);
    await records.put(
      LATER,
      messages.map((message) => ({
        value: sha256(message.contractName, message.record),
        body: this.body(message),
        due: message.due,
      })),
    );
  }

  /** Leases messages whose hour has come. Each must then be claimed in the transaction that handles it. */
  async takeLater(tx: Tx, { now, limit }: { readonly now: Date; readonly limit: number }): Promise<TakenMessage[]> {
    const records = await this.records.begin(tx);
    return (await records.takeDue<KeptBody>(LATER, { now, limit, leaseMs: LEASE_MS })).map(takenMessage);
  }

  /** For each message whether it is this transaction's to handle: false when another has handled it meanwhile. */
  async claimLater(tx: Tx, ids: readonly Uint8Array[]): Promise<boolean[]> {
    return (await this.records.begin(tx)).finish(LATER, ids);
  }

  async laterCount(tx: Tx): Promise<number> {
    return (await this.records.begin(tx)).count(LATER);
  }

  /** The open store of this transaction, for the caller's own records. */
  begin(tx: Tx): Promise<RecordsTx> {
    return this.records.begin(tx);
  }

  private body(message: Omit<ParkedMessage, 'code'>, code?: string): KeptBody {
    const bytes = message.record.length > this.recordBytesMax ? new Uint8Array() : message.record;
    return {
      contract: message.contractName,
      day: message.day,
      record: Buffer.from(bytes).toString('base64'),
      ...(code === undefined ? {} : { code }),
    };
  }
}

function takenMessage({ value, body }: FoundRow<KeptBody>): TakenMessage {
  return { id: value, contractName: body.contract, day: body.day, record: Buffer.from(body.record, 'base64') };
}

function sha256(contractName: string, content: string | Uint8Array): Buffer {
  return createHash('sha256').update(`${contractName}\n`).update(content).digest();
}

function daysFrom(day: string, today: string): number {
  return Math.round((Date.parse(today) - Date.parse(day)) / DAY_MS);
}
