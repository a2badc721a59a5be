import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { encodeBoxAnswer, intakeBoxMessage, base64urlLength, sealedSize } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { hex } from '#libs/sealing';
import { Records } from '#libs/records';
import { GroupCommit } from '#libs/service';

interface StoredBox {
  readonly version: number;
  readonly lastDay: string;
  readonly sealed: string;
}

export interface PostedMessage extends StoredBox {
  readonly box: Uint8Array;
}

const BOX = 'box';
const BATCH_MAX = 500;
const WAITING_MAX = 4_000;

/** Messages for households, which only their receipts open. */
@Injectable()
export class BoxStore {
  private readonly reads: GroupCommit<readonly Uint8Array[], readonly Uint8Array[]>;

  constructor(
    private readonly transactions: Transactions<'intake'>,
    private readonly records: Records,
  ) {
    this.reads = new GroupCommit({ batchMax: BATCH_MAX, waitingMax: WAITING_MAX, run: (batch) => this.readAll(batch) });
  }

  /** Answers of one fixed size, in the order of the ids; an id that is not known answers as an empty box. */
  read(boxes: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    return this.reads.add(boxes);
  }

  /** Keeps the higher version of each box, in whatever order the messages come. */
  async post(tx: Tx, messages: readonly PostedMessage[]): Promise<void> {
    const store = await this.records.begin(tx);
    const newest = new Map<string, PostedMessage>();
    for (const message of messages) {
      const key = hex(message.box);
      const other = newest.get(key);
      if (other === undefined || other.version < message.version) newest.set(key, message);
    }
    const candidates = [...newest.values()];
    const present = await store.findForUpdate<StoredBox>(
      BOX,
      candidates.map(({ box }) => box),
    );
    const rows = candidates
      .filter((message, at) => message.version > (present[at]?.version ?? 0))
      .map(({ box, version, lastDay, sealed }) => ({ value: box, body: { version, lastDay, sealed } }));
    await store.save(BOX, rows);
  }

  private readAll(batch: readonly (readonly Uint8Array[])[]): Promise<readonly (readonly Uint8Array[])[]> {
    return this.transactions.run(async ({ tx }) => {
      const store = await this.records.begin(tx);
      const found = await store.find<StoredBox>(BOX, batch.flat());
      let at = 0;
      return batch.map((boxes) => boxes.map(() => answerOf(found[at++])));
    });
  }
}

function answerOf(stored: StoredBox | undefined): Uint8Array {
  if (stored === undefined) return encodeBoxAnswer(undefined);
  const { version, lastDay, sealed } = stored;
  return encodeBoxAnswer({ version, lastDay, sealed: Buffer.from(sealed, 'base64url') });
}

/** A box lives until its last day. */
export const boxKind = {
  kind: BOX,
  sizeBytes: base64urlLength(sealedSize(intakeBoxMessage)) + 160,
  work: false,
  isOver: (body: object, today: string) => (body as StoredBox).lastDay < today,
};
