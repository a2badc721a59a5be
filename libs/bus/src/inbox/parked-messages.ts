import type { Tx } from '#libs/database';
import type { Records } from '#libs/records';

import { inboxBody, keptDay, PARKED, retriedMessage, valueOf, type InboxBody } from './inbox-body.js';
import type { InboxMessage, RetriedMessage } from './message.js';

/** A message that cannot be handled: its sealed bytes and a code, never its content. */
export interface ParkedMessage extends InboxMessage {
  readonly code: string;
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
  /** Earliest day among the parked messages. That message becomes unreadable first. */
  readonly oldestDay: string | undefined;
  readonly byCode: Readonly<Record<string, number>>;
}

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
        body: inboxBody(message, this.envelopeBytesMax, message.code),
      })),
    );
  }

  /** Takes up to `limit` messages out, to be retried in the same transaction. Messages without bytes stay. */
  async unpark(tx: Tx, limit: number): Promise<RetriedMessage[]> {
    const records = await this.records.begin(tx);
    const rows = (await records.scan<InboxBody>(PARKED, limit)).filter(({ body }) => body.record !== '');
    const removed = await records.remove(
      PARKED,
      rows.map(({ value }) => value),
    );
    return rows.filter((_, at) => removed[at]).map(retriedMessage);
  }

  async summary(tx: Tx, limit = 1_000): Promise<ParkedSummary> {
    const records = await this.records.begin(tx);
    const rows = await records.scan<InboxBody>(PARKED, limit);
    const byCode: Record<string, number> = {};
    for (const { body } of rows) byCode[body.code ?? ''] = (byCode[body.code ?? ''] ?? 0) + 1;
    const count = rows.length < limit ? rows.length : await records.count(PARKED);
    return { count, oldestDay: rows.map(({ body }) => keptDay(body)).sort()[0], byCode };
  }

  /** Counts messages by contract, day and code. It reads no more than `limit` messages. */
  async groups(tx: Tx, limit = 10_000): Promise<readonly ParkedGroup[]> {
    const records = await this.records.begin(tx);
    const rows = await records.scan<InboxBody>(PARKED, limit);
    const groups = new Map<string, ParkedGroup>();
    for (const { body } of rows) {
      const { contract, code = '' } = body;
      const day = keptDay(body);
      const key = `${day} ${contract} ${code}`;
      groups.set(key, { contract, day, code, count: (groups.get(key)?.count ?? 0) + 1 });
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  }
}
