import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { encodeBoxAnswer } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { bytes } from '#libs/sealing';
import { GroupCommit, type Bucket } from '#libs/service';
import { BoxRepository, type PostedMessage, type StoredBox } from './box.repository.js';
import { newestOf, replacing } from './domain/box.js';

const BATCH_MAX = 500;
const WAITING_MAX = 4_000;

/** The boxes that households read, and into which other services post messages. */
@Injectable()
export class BoxService {
  private readonly reads: GroupCommit<readonly Uint8Array[], readonly Uint8Array[]>;

  constructor(
    private readonly transactions: Transactions<'intake'>,
    private readonly boxes: BoxRepository,
  ) {
    this.reads = new GroupCommit({ batchMax: BATCH_MAX, waitingMax: WAITING_MAX, run: (batch) => this.readAll(batch) });
  }

  /**
   * Returns answers of one fixed size, in the order of the ids. An unknown id has the answer of an empty box.
   * @throws Problem `busy`
   */
  read(boxes: readonly Uint8Array[], bucket: Bucket): Promise<readonly Uint8Array[]> {
    return this.reads.add(boxes, bucket);
  }

  /** Keeps the highest version of each box. The order of the messages does not matter. */
  async post(tx: Tx, messages: readonly PostedMessage[]): Promise<void> {
    const newest = newestOf(messages);
    const present = await this.boxes.versions(
      tx,
      newest.map(({ box }) => box),
    );
    await this.boxes.save(tx, replacing(newest, present));
  }

  private readAll(batch: readonly (readonly Uint8Array[])[]): Promise<readonly (readonly Uint8Array[])[]> {
    return this.transactions.run(async ({ tx }) => {
      const found = await this.boxes.find(tx, batch.flat());
      let at = 0;
      return batch.map((boxes) => boxes.map(() => answerOf(found[at++])));
    });
  }
}

function answerOf(stored: StoredBox | undefined): Uint8Array {
  if (stored === undefined) return encodeBoxAnswer(undefined);
  const { version, lastDay, sealed } = stored;
  return encodeBoxAnswer({ version, lastDay, sealed: bytes(sealed) });
}
