import { dayNumbered } from '#libs/contracts';
import type { Tx } from '#libs/database';
import type { FoundRow, PageEnd, Records } from '#libs/records';

import { inboxBody, keptDay, PARKED, retriedMessage, valueOf, type InboxBody } from './inbox-body.js';
import type { InboxMessage, RetriedMessage } from './message.js';

/** A message that cannot be handled: its sealed bytes and a code, never its content. */
export interface ParkedMessage extends InboxMessage {
  readonly code: string;
  readonly isFromDevice?: true;
}

/** Parked messages of one contract, day and code. */
export interface ParkedGroup {
  readonly contract: string;
  readonly day: string;
  readonly code: string;
  readonly count: number;
}

export interface ParkedSummary {
  readonly count: number;
  /** Those that a device sealed badly; above 1,000 messages an estimate. */
  readonly fromDevices: number;
  /** Earliest day among the messages that a person can do something about. It becomes unreadable first. */
  readonly oldestDay: string | undefined;
  readonly byCode: Readonly<Record<string, number>>;
}

/** A parked message as it is stored. */
export type ParkedRow = FoundRow<InboxBody>;

export interface ParkedPage {
  readonly rows: readonly ParkedRow[];
  /** Undefined: there are no more. */
  readonly end: PageEnd | undefined;
}

/** The code and the contract of a message whose record does not open. */
const DAMAGED = 'damaged';
const UNKNOWN = 'unknown';
const PAGE = 500;
const DISMISSED_MAX = 50_000;

/** Messages that are set aside until a person looks, or until their key is destroyed. */
export class ParkedMessages {
  constructor(
    private readonly records: Records,
    private readonly envelopeBytesMax: number,
  ) {}

  /** Parks messages. The same sealed bytes are parked once, however often they come. */
  async park(tx: Tx, messages: readonly ParkedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const records = await this.records.begin(tx);
    await records.put(
      PARKED,
      messages.map((message) => ({
        value: valueOf(message.contractName, message.envelope),
        body: inboxBody(message, this.envelopeBytesMax, {
          code: message.code,
          ...(message.isFromDevice === true ? { isFromDevice: true } : {}),
        }),
      })),
    );
  }

  /** The next parked messages after the end of another page. Those that do not open are left out. */
  async page(tx: Tx, limit: number, after?: PageEnd): Promise<ParkedPage> {
    const records = await this.records.begin(tx);
    const { rows, end } = await records.page<InboxBody>(PARKED, limit, after);
    return { rows, end };
  }

  /** Takes messages out, to be retried in the same transaction. @returns those that nobody else took out before */
  async unpark(tx: Tx, rows: readonly ParkedRow[]): Promise<RetriedMessage[]> {
    const records = await this.records.begin(tx);
    const removed = await records.remove(
      PARKED,
      rows.map(({ value }) => value),
    );
    return rows.filter((_, at) => removed[at]).map(retriedMessage);
  }

  /** Counts all messages, also those that do not open. */
  async summary(tx: Tx, limit = 1_000): Promise<ParkedSummary> {
    const records = await this.records.begin(tx);
    const { rows, damaged, end } = await records.page<InboxBody>(PARKED, limit);
    const byCode: Record<string, number> = damaged.length > 0 ? { [DAMAGED]: damaged.length } : {};
    for (const { body } of rows) byCode[body.code ?? ''] = (byCode[body.code ?? ''] ?? 0) + 1;
    const seen = rows.length + damaged.length;
    const count = end === undefined ? seen : await records.count(PARKED);
    const ours = rows.filter(({ body }) => body.isFromDevice !== true);
    // The page has no order that means anything, so that it stands for all.
    const fromDevices = Math.floor((count * (rows.length - ours.length)) / Math.max(1, seen));
    return { count, fromDevices, oldestDay: ours.map(({ body }) => keptDay(body)).sort()[0], byCode };
  }

  /**
   * Removes up to `limit` messages of one code for good; `damaged`: those that do not open. @returns how many
   */
  async dismiss(tx: Tx, code: string, limit = DISMISSED_MAX): Promise<number> {
    const records = await this.records.begin(tx);
    let removed = 0;
    let after: PageEnd | undefined;
    do {
      const { rows, damaged, end } = await records.page<InboxBody>(PARKED, PAGE, after);
      const named = rows.filter(({ body }) => body.code === code).map(({ value }) => value);
      const gone = await records.remove(PARKED, named);
      removed += gone.filter(Boolean).length;
      if (code === DAMAGED) removed += await records.removeDamaged(PARKED, damaged);
      after = end;
    } while (after !== undefined && removed < limit);
    return removed;
  }

  /**
   * Counts messages by contract, day and code. It reads no more than `limit` messages. Those that do not open have the
   * day of the night in which they are stored, and no contract.
   */
  async groups(tx: Tx, limit = 10_000): Promise<readonly ParkedGroup[]> {
    const records = await this.records.begin(tx);
    const { rows, damaged } = await records.page<InboxBody>(PARKED, limit);
    const groups = new Map<string, ParkedGroup>();
    const add = (group: Omit<ParkedGroup, 'count'>): void => {
      const key = `${group.day} ${group.contract} ${group.code}`;
      groups.set(key, { ...group, count: (groups.get(key)?.count ?? 0) + 1 });
    };
    for (const { body } of rows) add({ contract: body.contract, day: keptDay(body), code: body.code ?? '' });
    for (const { night } of damaged) add({ contract: UNKNOWN, day: dayNumbered(night), code: DAMAGED });
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  }
}
