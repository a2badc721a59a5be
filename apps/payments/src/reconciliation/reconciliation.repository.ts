import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { bytes, toBase64url } from '#libs/sealing';
import type { InstrumentState } from '../domain/obligation.js';
import type { ComparedBooks, ComparedInstrument, SettledPayments } from '../domain/reconcile.js';

interface InstrumentRow {
  readonly reference: Buffer;
  readonly state: InstrumentState;
  readonly cents: string;
  readonly payout_method: string;
}

interface SettledRow {
  readonly payout_method: string;
  readonly cents: string;
  readonly count: number;
}

/** The queries of reconciliation. */
@Injectable()
export class ReconciliationRepository {
  /** The next ids of obligations. @param after the last id of the page before; undefined: from the first */
  async page(
    tx: Tx,
    { after, limit }: { readonly after: string | undefined; readonly limit: number },
  ): Promise<readonly string[]> {
    const { rows } = await tx.query('SELECT id FROM obligation WHERE id > $1 ORDER BY id LIMIT $2', [
      after === undefined ? Buffer.alloc(0) : bytes(after),
      limit,
    ]);
    return (rows as { id: Buffer }[]).map(({ id }) => toBase64url(id));
  }

  async compared(tx: Tx): Promise<ComparedBooks> {
    return { instruments: await this.instruments(tx), settled: await this.settled(tx) };
  }

  /** Payments that were collected and can no longer be disputed, so that their references are forgotten. */
  private async settled(tx: Tx): Promise<readonly SettledPayments[]> {
    const { rows } = await tx.query(
      `SELECT payout_method, amount_cents::text AS cents, count(*)::integer AS count FROM instrument
        WHERE reference IS NULL AND state = 'collected' GROUP BY payout_method, amount_cents`,
    );
    return (rows as SettledRow[]).map(({ payout_method: payoutMethod, cents, count }) => ({
      payoutMethod,
      amountCents: BigInt(cents),
      count,
    }));
  }

  private async instruments(tx: Tx): Promise<readonly ComparedInstrument[]> {
    const { rows } = await tx.query(
      `SELECT reference, state, amount_cents::text AS cents, payout_method FROM instrument
        WHERE reference IS NOT NULL`,
    );
    return (rows as InstrumentRow[]).map(({ reference, cents, payout_method: payoutMethod, ...instrument }) => ({
      ...instrument,
      payoutMethod,
      reference: toBase64url(reference),
      amountCents: BigInt(cents),
    }));
  }

  /** A fund that may pay this payout method and has enough money; undefined: there is none. */
  async fundFor(
    tx: Tx,
    { payoutMethod, amountCents }: { readonly payoutMethod: string; readonly amountCents: bigint },
  ): Promise<string | undefined> {
    const { rows } = await tx.query(
      `SELECT f.code FROM fund f JOIN account a ON a.name = f.code || '/available'
        WHERE f.may_pay_grants AND $1 = ANY(f.payout_methods) AND a.balance_cents >= $2 ORDER BY f.code LIMIT 1`,
      [payoutMethod, amountCents],
    );
    return (rows as { code: string }[])[0]?.code;
  }
}
