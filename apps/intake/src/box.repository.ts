import { Injectable } from '@nestjs/common';
import { base64urlLength, intakeBoxMessage, sealedSize } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Records, type KindSpec } from '#libs/records';
import { bytes } from '#libs/sealing';

/** The content of a box, sealed to its household. */
export interface StoredBox {
  readonly version: number;
  readonly lastDay: string;
  readonly sealed: string;
}

/** A message with the id of its box, base64url. */
export type PostedMessage = StoredBox & { readonly box: string };

const BOX = 'box';

/** Messages for households. Only the receipt of the household opens them. */
@Injectable()
export class BoxRepository {
  constructor(private readonly records: Records) {}

  /** One content for each id, in order. Undefined for an empty or unknown box, and for one that does not open. */
  async find(tx: Tx, boxes: readonly Uint8Array[]): Promise<readonly (StoredBox | undefined)[]> {
    return (await this.records.begin(tx)).findReadable<StoredBox>(BOX, boxes);
  }

  /** The versions in these boxes. They stay locked until the transaction ends. */
  async versions(tx: Tx, boxes: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const records = await this.records.begin(tx);
    const present = await records.findForUpdate<StoredBox>(BOX, boxes.map(bytes));
    return new Map(boxes.flatMap((box, at) => (present[at] === undefined ? [] : [[box, present[at].version]])));
  }

  /** Fills empty boxes. A full box does not change. */
  async add(tx: Tx, messages: readonly PostedMessage[]): Promise<void> {
    await (await this.records.begin(tx)).put(BOX, messages.map(asRow));
  }

  /** Replaces the content of boxes. */
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
