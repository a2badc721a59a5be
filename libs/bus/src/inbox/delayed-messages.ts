import { startOfHour } from '#libs/contracts';
import type { Tx } from '#libs/database';
import type { Records, RecordsTx } from '#libs/records';

import { inboxBody, LATER, retriedMessage, valueOf, type InboxBody } from './inbox-body.js';
import type { InboxMessage, RetriedMessage } from './message.js';

const LEASE_MS = 10 * 60_000;

/** A message that its handler takes again at `due`, which is rounded up to the whole hour. */
export interface DelayedMessage extends InboxMessage {
  readonly due: Date;
}

/** Messages that go to their handlers again. Parked messages that a person retries wait here. */
export class DelayedMessages {
  constructor(
    private readonly records: Records,
    private readonly envelopeBytesMax: number,
  ) {}

  async keep(tx: Tx, messages: readonly DelayedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const records = await this.records.begin(tx);
    await records.put(
      LATER,
      messages.map((message) => ({
        value: valueOf(message.contractName, message.envelope),
        body: inboxBody(message, this.envelopeBytesMax),
        due: message.due,
      })),
    );
  }

  /** Leases due messages. Each must then be claimed in the transaction that handles it. */
  async claimDue(tx: Tx, { now, limit }: { readonly now: Date; readonly limit: number }): Promise<RetriedMessage[]> {
    const records = await this.records.begin(tx);
    return (await records.claimDue<InboxBody>(LATER, { now, limit, leaseMs: LEASE_MS })).map(retriedMessage);
  }

  /** Notes that a process begins to handle messages, before it does. They stay leased. */
  async begin(tx: Tx, messages: readonly RetriedMessage[], now: Date): Promise<void> {
    const records = await this.write(tx, messages, { now, more: 1 });
    await records.lease(
      LATER,
      messages.map(({ id }) => id),
      { now, leaseMs: LEASE_MS },
    );
  }

  /** Takes `begin` back and ends the lease: the process lives and will not handle them now. */
  async giveBack(tx: Tx, messages: readonly RetriedMessage[], now: Date): Promise<void> {
    await this.write(tx, messages, { now, more: 0 });
  }

  private async write(
    tx: Tx,
    messages: readonly RetriedMessage[],
    { now, more }: { readonly now: Date; readonly more: number },
  ): Promise<RecordsTx> {
    const records = await this.records.begin(tx);
    await records.postpone(
      LATER,
      messages.map((message) => ({
        value: message.id,
        body: inboxBody(message, this.envelopeBytesMax, { starts: message.starts + more }),
        due: startOfHour(now),
      })),
    );
    return records;
  }

  /** Returns for each message whether this transaction is to handle it; false if another has handled it. */
  async claim(tx: Tx, ids: readonly Uint8Array[]): Promise<boolean[]> {
    return (await this.records.begin(tx)).finish(LATER, ids);
  }
}
