import { Injectable } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Records, type FoundRow, type KindSpec, type TakeDue } from '#libs/records';
import { bytes } from '#libs/sealing';
import type { isTextOver, Links, Notice, TextWork } from './domain/contact.js';

/** A text whose hour has come. */
export type DueText = FoundRow<TextWork>;

/** A text that is to be sent for a notice. */
export interface WantedText {
  readonly handle: string;
  readonly links: Links | undefined;
  readonly notice: Notice;
}

const TEXT = 'text';
const TOKEN_BYTES = 32;
const VERSION_BYTES = 8;

/** Texts that are to be sent, each named by its link token and version, as the notice was. */
@Injectable()
export class TextRepository {
  /** The kind of work, as whoever leases it names it. */
  readonly kind = TEXT;

  constructor(private readonly records: Records) {}

  async add(tx: Tx, texts: readonly WantedText[], due: Date): Promise<void> {
    const records = await this.records.begin(tx);
    await records.put(
      TEXT,
      texts.map(({ handle, links, notice: { from, version, day } }) => ({
        value: valueOf(links, { from, version }),
        body: { handle, from, version, day } satisfies TextWork,
        due,
      })),
    );
  }

  async remove(tx: Tx, texts: readonly WantedText[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.remove(
      TEXT,
      texts.map(({ links, notice }) => valueOf(links, notice)),
    );
  }

  async takeDue(tx: Tx, due: TakeDue): Promise<readonly DueText[]> {
    return (await this.records.begin(tx)).claimDue<TextWork>(TEXT, due);
  }

  /** Frees what processes that have died had leased; with a number, what stands under it. @returns how many texts */
  async endDeadLeases(tx: Tx, holder?: number): Promise<number> {
    return (await this.records.begin(tx)).endDeadLeases(TEXT, holder);
  }

  /** Puts texts off, and ends their lease. */
  async postpone(tx: Tx, texts: readonly DueText[], due: Date): Promise<void> {
    const records = await this.records.begin(tx);
    await records.postpone(
      TEXT,
      texts.map(({ value, body }) => ({ value, body, due })),
    );
  }

  async finish(tx: Tx, texts: readonly DueText[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.finish(
      TEXT,
      texts.map(({ value }) => value),
    );
  }
}

function valueOf(links: Links | undefined, { from, version }: Pick<Notice, 'from' | 'version'>): Buffer {
  const value = Buffer.alloc(TOKEN_BYTES + VERSION_BYTES);
  value.set(bytes(links?.[from] ?? ''));
  value.writeBigUInt64BE(BigInt(version), TOKEN_BYTES);
  return value;
}

/** The link token and the version that name a text. */
export function namesOf({ value }: DueText): { readonly token: Uint8Array; readonly version: bigint } {
  const version = Buffer.from(value).readBigUInt64BE(TOKEN_BYTES);
  return { token: value.subarray(0, TOKEN_BYTES), version };
}

/** @param isOver whether a text is no news any more */
export function textKind(isOver: typeof isTextOver): KindSpec {
  return {
    kind: TEXT,
    sizeBytes: 192,
    work: true,
    isOver: (body, today) => isOver(body as TextWork, dayNumber(today)),
  };
}
