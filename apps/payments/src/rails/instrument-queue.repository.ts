import { Injectable } from '@nestjs/common';
import { columns, type Tx } from '#libs/database';
import { bytes } from '#libs/sealing';
import type { InstrumentState } from '../domain/obligation.js';

/** A due instrument, leased to this instance. */
export interface DueInstrument {
  readonly obligation: string;
  readonly number: number;
  readonly generation: number;
  readonly reference: string;
  readonly amountCents: bigint;
  readonly payoutMethod: string;
  readonly state: InstrumentState;
  readonly isSecretLost: boolean;
  readonly inquireFirst: boolean;
  readonly tries: number;
  /** No instance has claimed it before. */
  readonly isFirst: boolean;
}

/** An instrument that the rail was asked about, and when to ask again if it is still open. */
export type AskedInstrument = Pick<DueInstrument, 'reference' | 'state' | 'isSecretLost'> & { readonly due: Date };

interface Row {
  readonly obligation: Buffer;
  readonly number: number;
  readonly generation: number;
  readonly reference: Buffer;
  readonly amount_cents: string;
  readonly payout_method: string;
  readonly state: InstrumentState;
  readonly secret_lost: boolean;
  readonly inquire_first: boolean;
  readonly tries: number;
  readonly is_first: boolean;
}

/** No pause and no lease is longer. */
const LONGEST_PAUSE_MS = 24 * 3_600_000;

const asked = columns({ reference: 'bytea', due: 'timestamptz', state: 'text', secret_lost: 'boolean' }, { from: 2 });

/** The work queue of instruments: which are due, who has leased them, when to ask again. */
@Injectable()
export class InstrumentQueueRepository {
  async isAnyDue(tx: Tx, now: Date, without: readonly string[]): Promise<boolean> {
    const { rows } = await tx.query(
      `SELECT 1 FROM instrument WHERE due <= $1 AND (lease IS NULL OR lease < $1) AND reference <> ALL($2)
          AND state IN ('intended', 'unknown', 'issued') LIMIT 1`,
      [now, without.map(bytes)],
    );
    return rows.length > 0;
  }

  /**
   * Leases due instruments, never above the anchor, and none that is to be left out. Instruments that wait to be sent
   * come before issued ones.
   */
  async claimDue(
    tx: Tx,
    what: {
      readonly now: Date;
      readonly leasedUntil: Date;
      readonly limit: number;
      readonly anchored: bigint;
      readonly without: readonly string[];
    },
  ): Promise<readonly DueInstrument[]> {
    const { now, leasedUntil, limit, anchored, without } = what;
    const { rows } = await tx.query(
      `UPDATE instrument i SET lease = $1
         FROM (SELECT obligation, number, generation, lease FROM instrument
                WHERE due <= $2 AND (lease IS NULL OR lease < $2) AND seq <= $3 AND reference <> ALL($5)
                  AND state IN ('intended', 'unknown', 'issued')
                ORDER BY (state = 'issued'), due LIMIT $4 FOR UPDATE SKIP LOCKED) d
        WHERE (i.obligation, i.number, i.generation) = (d.obligation, d.number, d.generation)
        RETURNING i.obligation, i.number, i.generation, i.reference, i.amount_cents::text AS amount_cents,
                  i.payout_method, i.state, i.secret_lost, i.inquire_first, i.tries,
                  d.lease IS NULL AND i.tries = 0 AS is_first`,
      [leasedUntil, now, anchored, limit, without.map(bytes)],
    );
    return (rows as Row[]).map((row) => ({
      obligation: row.obligation.toString('base64url'),
      number: row.number,
      generation: row.generation,
      reference: row.reference.toString('base64url'),
      amountCents: BigInt(row.amount_cents),
      payoutMethod: row.payout_method,
      state: row.state,
      isSecretLost: row.secret_lost,
      inquireFirst: row.inquire_first,
      tries: row.tries,
      isFirst: row.is_first,
    }));
  }

  /**
   * Makes instruments due whose time or lease lies more than a day ahead: a clock that ran ahead has set it, and nobody
   * would ask about them until that day. A lease ends by its time and stays visible, because an instrument that was
   * claimed once is never taken back without an inquiry.
   *
   * `due` is a whole minute that has passed.
   */
  async pullBack(tx: Tx, { now, due }: { readonly now: Date; readonly due: Date }): Promise<number> {
    const { rowCount } = await tx.query(
      `UPDATE instrument SET due = CASE WHEN due > $2 THEN $1 ELSE due END,
              lease = CASE WHEN lease > $2 THEN $1 ELSE lease END
        WHERE (due > $2 OR lease > $2) AND state IN ('intended', 'unknown', 'issued', 'capped')`,
      [due, new Date(now.getTime() + LONGEST_PAUSE_MS)],
    );
    return rowCount ?? 0;
  }

  /**
   * Ends the lease and sets when to ask again about open instruments: at once after a first step or when the next
   * question differs, otherwise after growing pauses.
   */
  async askAgain(
    tx: Tx,
    {
      instruments,
      collectionsDue,
    }: { readonly instruments: readonly AskedInstrument[]; readonly collectionsDue: Date },
  ): Promise<void> {
    await tx.query(
      `UPDATE instrument i SET lease = NULL, tries = i.tries + 1,
              due = CASE WHEN i.state = 'issued' AND NOT i.secret_lost THEN $1::timestamptz
                         WHEN (i.state, i.secret_lost) = (n.state, n.secret_lost) OR i.tries > 0 THEN n.due
                         ELSE i.due END
         FROM ${asked.sql}
        WHERE i.reference = n.reference AND i.state IN ('intended', 'unknown', 'issued')`,
      [
        collectionsDue,
        ...asked.values(
          instruments.map(({ reference, due, state, isSecretLost }) => ({
            reference: bytes(reference),
            due,
            state,
            secret_lost: isSecretLost,
          })),
        ),
      ],
    );
  }
}
