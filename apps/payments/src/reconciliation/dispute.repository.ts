import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { bytes, toBase64url } from '#libs/sealing';

/** An instrument about which the ledger and the partner contradict each other. The partner knows its reference. */
export interface DisputedItem {
  readonly reference: string;
  readonly amountCents: string;
  /** One person has proposed a resolution. */
  readonly proposed: boolean;
}

/** The key of the instrument in the ledger. */
export interface DisputedInstrument {
  readonly obligation: string;
  readonly name: { readonly number: number; readonly generation: number };
}

@Injectable()
export class DisputeRepository {
  async list(tx: Tx, limit: number): Promise<readonly DisputedItem[]> {
    const { rows } = await tx.query(
      `SELECT i.reference, i.amount_cents::text AS cents, p.about IS NOT NULL AS proposed
         FROM instrument i LEFT JOIN proposal p ON p.about = 'disputed ' || encode(i.reference, 'hex')
        WHERE i.state = 'disputed' ORDER BY i.reference LIMIT $1`,
      [limit],
    );
    return (rows as { reference: Buffer; cents: string; proposed: boolean }[]).map(
      ({ reference, cents, proposed }) => ({
        reference: toBase64url(reference),
        amountCents: cents,
        proposed,
      }),
    );
  }

  async find(tx: Tx, reference: string): Promise<DisputedInstrument | undefined> {
    const { rows } = await tx.query(
      `SELECT obligation, number, generation FROM instrument WHERE reference = $1 AND state = 'disputed'`,
      [bytes(reference)],
    );
    const [row] = rows as { obligation: Buffer; number: number; generation: number }[];
    return row && { obligation: toBase64url(row.obligation), name: { number: row.number, generation: row.generation } };
  }
}
