import type { Tx } from '#libs/database';
import type { Records } from '#libs/records';

import { inboxBody, LATER, retriedMessage, valueOf, type InboxBody } from './inbox-body.js';
import type { InboxMessage, RetriedMessage } from './message.js';

const LEASE_MS = 10 * 60_000;

/** A message whose hour is to come; `due` is rounded up to the whole hour. */
export interface DelayedMessage extends InboxMessage {
  readonly due: Date;
}

/** Messages that go before their handlers again: what a person has had retried waits here for its turn. */
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

  /** Leases messages whose hour has come. Each must then be claimed in the transaction that handles it. */
  async claimDue(tx: Tx, { now, limit }: { readonly now: Date; readonly limit: number }): Promise<RetriedMessage[]> {
    const records = await this.records.begin(tx);
    return (await records.claimDue<InboxBody>(LATER, { now, limit, leaseMs: LEASE_MS })).map(retriedMessage);
  }

  /** For each message whether it is this transaction's to handle: false when another has handled it meanwhile. */
  async claim(tx: Tx, ids: readonly Uint8Array[]): Promise<boolean[]> {
    return (await this.records.begin(tx)).finish(LATER, ids);
  }
}
