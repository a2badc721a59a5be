import { Injectable } from '@nestjs/common';
import { dayNumbered } from '#libs/contracts';
import type { Tx } from '#libs/database';

/** Days since 1970-01-01. A row ends if it is older. */
export interface OldestKept {
  readonly today: number;
  /** Closed obligations that changed last before this day can no longer be disputed. */
  readonly closed: number;
  /** All others that changed last before this day ended without a trace in the ledger. */
  readonly untouched: number;
  /** Monday of the present week. */
  readonly week: number;
}

/** Removes from the ledger what ends by its day. The statements are safe to repeat. */
@Injectable()
export class ForgettingRepository {
  /** Empties what is kept only while a payment can be disputed. @returns of how many obligations; 0: no more */
  async forgetSettled(tx: Tx, { closed, untouched }: OldestKept): Promise<number> {
    const { rows } = await tx.query('SELECT forget_settled($1, $2) AS count', [
      dayNumbered(closed),
      dayNumbered(untouched),
    ]);
    return (rows as { count: number }[])[0]?.count ?? 0;
  }

  /** The limits of past hours and weeks, and proposals about disputes that are over. */
  async removePast(tx: Tx, { today, week }: OldestKept): Promise<void> {
    await tx.query(`DELETE FROM site_hour WHERE hour < ($1::date)::timestamp AT TIME ZONE 'UTC'`, [dayNumbered(today)]);
    await tx.query('DELETE FROM rapid_week WHERE week < $1', [dayNumbered(week)]);
    await tx.query(
      `DELETE FROM proposal p WHERE p.about LIKE 'disputed %' AND NOT EXISTS (SELECT FROM instrument i
          WHERE i.state = 'disputed' AND p.about = 'disputed ' || encode(i.reference, 'hex'))`,
    );
  }

  /** Corrects days that a clock that ran ahead has written: by them an obligation would be kept too long. */
  async pullBack(tx: Tx, { today }: OldestKept): Promise<void> {
    await tx.query('UPDATE obligation SET day = $1::date WHERE day > $1::date + 1', [dayNumbered(today)]);
  }
}
