import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';

/** Obligations that wait for money, for room in the hour of their site, or for the end of a ledger freeze. */
@Injectable()
export class WaitingListRepository {
  /**
   * The next obligations on the waiting list, in its order. It skips rapid grants for which the week has no room, so
   * that they do not block obligations that lack only money.
   */
  async nextInLine(
    tx: Tx,
    { limit, rapidLeftCents }: { readonly limit: number; readonly rapidLeftCents: bigint },
  ): Promise<readonly string[]> {
    const { rows } = await tx.query(
      `SELECT id FROM obligation WHERE status = 'waiting-list' AND (kind <> 'rapid' OR tier = 1 OR amount_cents <= $2)
        ORDER BY tier, order_key LIMIT $1`,
      [limit, rapidLeftCents],
    );
    return idsOf(rows);
  }

  /** Claims obligations that were not planned during a ledger freeze, the most urgent first. */
  async claimUnplanned(tx: Tx, limit: number): Promise<readonly string[]> {
    const { rows } = await tx.query(
      `DELETE FROM to_plan p
        USING (SELECT t.obligation FROM to_plan t JOIN obligation o ON o.id = t.obligation
                ORDER BY o.tier, o.order_key LIMIT $1 FOR UPDATE OF t SKIP LOCKED) d
        WHERE p.obligation = d.obligation RETURNING p.obligation AS id`,
      [limit],
    );
    return idsOf(rows);
  }

  /** Claims obligations that wait for room in the hour of their site. Each is tried once an hour. */
  async claimCapped(
    tx: Tx,
    { now, nextHour, limit }: { readonly now: Date; readonly nextHour: Date; readonly limit: number },
  ): Promise<readonly string[]> {
    const { rows } = await tx.query(
      `UPDATE instrument i SET due = $2
         FROM (SELECT obligation, number, generation FROM instrument
                WHERE state = 'capped' AND due <= $1 ORDER BY due, reference LIMIT $3 FOR UPDATE SKIP LOCKED) d
        WHERE (i.obligation, i.number, i.generation) = (d.obligation, d.number, d.generation)
        RETURNING i.obligation AS id`,
      [now, nextHour, limit],
    );
    return idsOf(rows);
  }
}

function idsOf(rows: unknown): string[] {
  return [...new Set((rows as { id: Buffer }[]).map(({ id }) => id.toString('base64url')))];
}
