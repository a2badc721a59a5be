import { Injectable } from '@nestjs/common';
import { columns, type Tx } from '#libs/database';
import { bytes } from '#libs/sealing';
import type { SlotState } from '../domain/obligation.js';

/** A slot whose time has come, leased to this instance. */
export interface DueSlot {
  readonly obligation: string;
  readonly slot: number;
  readonly generation: number;
  readonly reference: string;
  readonly amountCents: bigint;
  readonly way: string;
  readonly state: SlotState;
  readonly isSecretLost: boolean;
  readonly isCareful: boolean;
  readonly tries: number;
  /** Nobody had taken it up before. */
  readonly isFirst: boolean;
}

/** What was asked about, and when to ask again if it is still open. */
export type AskedSlot = Pick<DueSlot, 'reference' | 'state' | 'isSecretLost'> & { readonly due: Date };

interface Row {
  readonly obligation: Buffer;
  readonly slot: number;
  readonly generation: number;
  readonly reference: Buffer;
  readonly amount_cents: string;
  readonly way: string;
  readonly state: SlotState;
  readonly secret_lost: boolean;
  readonly careful: boolean;
  readonly tries: number;
  readonly is_first: boolean;
}

const asked = columns({ reference: 'bytea', due: 'timestamptz', state: 'text', secret_lost: 'boolean' }, { from: 2 });

/** The work queue of instruments: what is due, to whom it is leased, when to ask again. */
@Injectable()
export class InstrumentQueueRepository {
  async isAnyDue(tx: Tx, now: Date): Promise<boolean> {
    const { rows } = await tx.query(
      `SELECT 1 FROM slot WHERE due <= $1 AND (lease IS NULL OR lease < $1)
          AND state IN ('intended', 'unknown', 'issued') LIMIT 1`,
      [now],
    );
    return rows.length > 0;
  }

  /** Leases what is due, never above the anchor; what waits to be sent goes before what waits to be collected. */
  async takeDue(
    tx: Tx,
    what: {
      readonly now: Date;
      readonly leasedUntil: Date;
      readonly limit: number;
      readonly anchored: bigint;
    },
  ): Promise<readonly DueSlot[]> {
    const { now, leasedUntil, limit, anchored } = what;
    const { rows } = await tx.query(
      `UPDATE slot s SET lease = $1
         FROM (SELECT obligation, slot, generation, lease FROM slot
                WHERE due <= $2 AND (lease IS NULL OR lease < $2) AND seq <= $3
                  AND state IN ('intended', 'unknown', 'issued')
                ORDER BY (state = 'issued'), due LIMIT $4 FOR UPDATE SKIP LOCKED) d
        WHERE (s.obligation, s.slot, s.generation) = (d.obligation, d.slot, d.generation)
        RETURNING s.obligation, s.slot, s.generation, s.reference, s.amount_cents::text AS amount_cents, s.way, s.state,
                  s.secret_lost, s.careful, s.tries, d.lease IS NULL AND s.tries = 0 AS is_first`,
      [leasedUntil, now, anchored, limit],
    );
    return (rows as Row[]).map((row) => ({
      obligation: row.obligation.toString('base64url'),
      slot: row.slot,
      generation: row.generation,
      reference: row.reference.toString('base64url'),
      amountCents: BigInt(row.amount_cents),
      way: row.way,
      state: row.state,
      isSecretLost: row.secret_lost,
      isCareful: row.careful,
      tries: row.tries,
      isFirst: row.is_first,
    }));
  }

  /**
   * Ends the lease and says when to ask again what is still open: at once after a first step, and where something else
   * is to be asked than was; then after longer rests.
   */
  async askAgain(
    tx: Tx,
    { slots, collectionsDue }: { readonly slots: readonly AskedSlot[]; readonly collectionsDue: Date },
  ): Promise<void> {
    await tx.query(
      `UPDATE slot s SET lease = NULL, tries = s.tries + 1,
              due = CASE WHEN s.state = 'issued' AND NOT s.secret_lost THEN $1::timestamptz
                         WHEN (s.state, s.secret_lost) = (n.state, n.secret_lost) OR s.tries > 0 THEN n.due
                         ELSE s.due END
         FROM ${asked.sql}
        WHERE s.reference = n.reference AND s.state IN ('intended', 'unknown', 'issued')`,
      [
        collectionsDue,
        ...asked.values(
          slots.map(({ reference, due, state, isSecretLost }) => ({
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
