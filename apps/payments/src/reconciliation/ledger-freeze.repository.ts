import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';

/** Writes the effects of lifting a freeze. */
@Injectable()
export class LedgerFreezeRepository {
  /**
   * Living instruments may have been sent without a trace in the ledger. Obligations that arrived meanwhile must be
   * planned.
   *
   * @param due a whole hour that has begun
   */
  async end(tx: Tx, due: Date): Promise<void> {
    await tx.query(`UPDATE instrument SET inquire_first = true WHERE state NOT IN ('void', 'collected')`);
    await tx.query(`UPDATE instrument SET lease = NULL, due = $1 WHERE state IN ('intended', 'unknown')`, [due]);
    await tx.query(
      `INSERT INTO to_plan (obligation) SELECT id FROM obligation WHERE status <> 'closed' ON CONFLICT DO NOTHING`,
    );
  }
}
