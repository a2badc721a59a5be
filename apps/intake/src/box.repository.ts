import { Injectable } from '@nestjs/common';
import { base64urlLength, intakeBoxMessage, sealedSize } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Records, type KindSpec } from '#libs/records';
import { bytes } from '#libs/sealing';

/** What is in a box: sealed to its household. */
export interface StoredBox {
  readonly version: number;
  readonly lastDay: string;
  readonly sealed: string;
}

/** With the id of its box, base64url. */
export type PostedMessage = StoredBox & { readonly box: string };

const BOX = 'box';

/** Messages for households, which only their receipts open. */
@Injectable()
export class BoxRepository {
  constructor(private readonly records: Records) {}

  /** One for each id, in order; undefined for a box that is empty, or that nobody has. */
  async find(tx: Tx, boxes: readonly Uint8Array[]): Promise<readonly (StoredBox | undefined)[]> {
    return (await this.records.begin(tx)).find<StoredBox>(BOX, boxes);
  }

  /** The versions that are in these boxes, locked until the transaction ends. */
  async versions(tx: Tx, boxes: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const records = await this.records.begin(tx);
    const present = await records.findForUpdate<StoredBox>(BOX, boxes.map(bytes));
    return new Map(boxes.flatMap((box, at) => (present[at] === undefined ? [] : [[box, present[at].version]])));
  }

  /** Into boxes that have nothing yet; what is there stays. */
  async add(tx: Tx, messages: readonly PostedMessage[]): Promise<void> {
    await (await this.records.begin(tx)).put(BOX, messages.map(asRow));
  }

  /** In place of what is there. */
  async save(tx: Tx, messages: readonly PostedMessage[]): Promise<void> {
    await (await this.records.begin(tx)).save(BOX, messages.map(asRow));
  }
}

function asRow({ box, version, lastDay, sealed }: PostedMessage): { value: Uint8Array; body: StoredBox } {
  return { value: bytes(box), body: { version, lastDay, sealed } };
}

/** A box lives until its last day. */
export const boxKind: KindSpec = {
  kind: BOX,
  sizeBytes: base64urlLength(sealedSize(intakeBoxMessage)) + 160,
  work: false,
  isOver: (body, today) => (body as StoredBox).lastDay < today,
};
