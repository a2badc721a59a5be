import type { Tx } from '#libs/database';
import type { Records } from '#libs/records';

import { HANDLED, valueOf } from './inbox-body.js';

const DIGEST_BYTES = 16;

export interface MessageKey {
  readonly contractName: string;
  /** Canonical text of the contract's unique fields. */
  readonly key: string;
  readonly day: string;
}

export interface SeenMessage extends MessageKey {
  /** Digest of the content, to notice the same key with other content. Sixteen bytes of it are kept. */
  readonly digest: Uint8Array;
}

/** `other`: the key is known, but with other content. */
export type Sight = 'new' | 'known' | 'other';

/** The keys of handled messages. They are kept for longer than their producer can send the message again. */
export class HandledKeys {
  constructor(private readonly records: Records) {}

  /** Returns for each message whether its key is new. A new key is kept once this transaction commits. */
  async firstSeen(tx: Tx, messages: readonly SeenMessage[]): Promise<Sight[]> {
    if (messages.length === 0) return [];
    const records = await this.records.begin(tx);
    const rows = messages.map(({ contractName, key, day, digest }) => ({
      value: valueOf(contractName, key),
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

  /** Removes keys in the transaction that saw them first. Their messages count as not handled. */
  async forget(tx: Tx, keys: readonly MessageKey[]): Promise<void> {
    if (keys.length === 0) return;
    const records = await this.records.begin(tx);
    await records.remove(
      HANDLED,
      keys.map(({ contractName, key }) => valueOf(contractName, key)),
    );
  }
}
