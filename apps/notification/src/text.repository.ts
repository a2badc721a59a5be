import { Injectable } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Records, type FoundRow, type KindSpec, type ClaimDue } from '#libs/records';
import { bytes } from '#libs/sealing';
import type { isTextOver, Links, Notice, TextWork } from './domain/contact.js';

/** A text that is due. */
export type DueText = FoundRow<TextWork>;

/** A text to be sent for a notice. */
export interface WantedText {
  readonly householdRef: string;
  readonly links: Links | undefined;
  readonly notice: Notice;
}

/** A text as its record holds it. The record calls the household reference `handle`. */
type StoredText = Omit<TextWork, 'householdRef'> & { readonly handle: string };

const TEXT = 'text';
const TOKEN_BYTES = 32;
const VERSION_BYTES = 8;

/** Texts to be sent. Each is found by the link token and the version of its notice. */
@Injectable()
export class TextRepository {
  /** The kind of record, for the lease holder. */
  readonly kind = TEXT;

  constructor(private readonly records: Records) {}

  async add(tx: Tx, texts: readonly WantedText[], due: Date): Promise<void> {
    const records = await this.records.begin(tx);
    await records.put(
      TEXT,
      texts.map(({ householdRef, links, notice: { from, version, day } }) => ({
        value: valueOf(links, { from, version }),
        body: bodyOf({ householdRef, from, version, day }),
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

  async claimDue(tx: Tx, due: ClaimDue): Promise<readonly DueText[]> {
    const rows = await (await this.records.begin(tx)).claimDue<StoredText>(TEXT, due);
    return rows.map((row) => ({ ...row, body: textOf(row.body) }));
  }

  /** Ends the leases of dead processes, or those of one lease number. @returns the number of texts */
  async endDeadLeases(tx: Tx, holder?: number): Promise<number> {
    return (await this.records.begin(tx)).endDeadLeases(TEXT, holder);
  }

  /** Postpones texts, and ends their lease. */
  async postpone(tx: Tx, texts: readonly DueText[], due: Date): Promise<void> {
    const records = await this.records.begin(tx);
    await records.postpone(
      TEXT,
      texts.map(({ value, body }) => ({ value, body: bodyOf(body), due })),
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

function textOf({ handle, ...rest }: StoredText): TextWork {
  return { householdRef: handle, ...rest };
}

function bodyOf({ householdRef, ...rest }: TextWork): StoredText {
  return { handle: householdRef, ...rest };
}

function valueOf(links: Links | undefined, { from, version }: Pick<Notice, 'from' | 'version'>): Buffer {
  const value = Buffer.alloc(TOKEN_BYTES + VERSION_BYTES);
  value.set(bytes(links?.[from] ?? ''));
  value.writeBigUInt64BE(BigInt(version), TOKEN_BYTES);
  return value;
}

/** The link token and the version by which a text is found. */
export function namesOf({ value }: DueText): { readonly token: Uint8Array; readonly version: bigint } {
  const version = Buffer.from(value).readBigUInt64BE(TOKEN_BYTES);
  return { token: value.subarray(0, TOKEN_BYTES), version };
}

/** @param isOver whether the notice of a text is too old to be sent */
export function textKind(isOver: typeof isTextOver): KindSpec {
  return {
    kind: TEXT,
    sizeBytes: 192,
    work: true,
    // Quiet hours end within a day.
    dueWithinDays: 2,
    isOver: (body, today) => isOver(body as StoredText, dayNumber(today)),
  };
}
