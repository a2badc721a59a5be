import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { bytes } from '#libs/sealing';

/** An obligation that waits for money, for room in the hour of its site, or for the end of a ledger freeze. */
export interface Waiting {
  readonly obligation: string;
  /** It waits for money, and it is among the first on the list. */
  readonly isNextInLine: boolean;
}

export interface NextWaiting {
  readonly now: Date;
  /** The largest rapid grant for which the week has room. */
  readonly rapidLeftCents: bigint;
  /** Obligations that are left out for a while. They take no place of others. */
  readonly without: readonly string[];
  /** The most obligations for each of the three reasons. */
  readonly limit: number;
}

/** Obligations that wait for money, for room in the hour of their site, or for the end of a ledger freeze. */
@Injectable()
export class WaitingListRepository {
  /** The next obligations, each once: those that wait for money first, in the order of the list. */
  async next(tx: Tx, { now, rapidLeftCents, without, limit }: NextWaiting): Promise<readonly Waiting[]> {
    const left = without.map(bytes);
    const nextInLine = await this.nextInLine(tx, { left, limit, rapidLeftCents });
    const capped = await this.capped(tx, { left, limit, now });
    const others = new Set([...capped, ...(await this.unplanned(tx, { left, limit }))]);
    const first = new Set(nextInLine);
    return [
      ...nextInLine.map((obligation) => ({ obligation, isNextInLine: true })),
      ...[...others].filter((id) => !first.has(id)).map((obligation) => ({ obligation, isNextInLine: false })),
    ];
  }

  /**
   * Claims obligations in the transaction that plans them. Those that wait for room are tried once an hour. Those that
   * were not planned during a ledger freeze leave their list.
   */
  async claim(
    tx: Tx,
    obligations: readonly string[],
    { now, nextHour }: { readonly now: Date; readonly nextHour: Date },
  ): Promise<void> {
    const ids = obligations.map(bytes);
    await tx.query(`UPDATE instrument SET due = $2 WHERE state = 'capped' AND due <= $1 AND obligation = ANY($3)`, [
      now,
      nextHour,
      ids,
    ]);
    await tx.query('DELETE FROM to_plan WHERE obligation = ANY($1)', [ids]);
  }

  /**
   * The next obligations on the waiting list, in its order. It skips rapid grants for which the week has no room, so
   * that they do not block obligations that lack only money.
   */
  private async nextInLine(
    tx: Tx,
    { left, limit, rapidLeftCents }: Left & { readonly rapidLeftCents: bigint },
  ): Promise<readonly string[]> {
    const { rows } = await tx.query(
      `SELECT id FROM obligation WHERE status = 'waiting-list' AND id <> ALL($3)
          AND (kind <> 'rapid' OR tier = 1 OR amount_cents <= $2)
        ORDER BY tier, order_key LIMIT $1`,
      [limit, rapidLeftCents, left],
    );
    return idsOf(rows);
  }

  /** Obligations that were not planned during a ledger freeze, the most urgent first. */
  private async unplanned(tx: Tx, { left, limit }: Left): Promise<readonly string[]> {
    const { rows } = await tx.query(
      `SELECT t.obligation AS id FROM to_plan t JOIN obligation o ON o.id = t.obligation
        WHERE t.obligation <> ALL($2) ORDER BY o.tier, o.order_key LIMIT $1`,
      [limit, left],
    );
    return idsOf(rows);
  }

  /** Obligations that wait for room in the hour of their site. */
  private async capped(tx: Tx, { left, limit, now }: Left & { readonly now: Date }): Promise<readonly string[]> {
    const { rows } = await tx.query(
      `SELECT obligation AS id FROM instrument
        WHERE state = 'capped' AND due <= $1 AND obligation <> ALL($3) ORDER BY due, reference LIMIT $2`,
      [now, limit, left],
    );
    return idsOf(rows);
  }
}

interface Left {
  readonly left: readonly Uint8Array[];
  readonly limit: number;
}

function idsOf(rows: unknown): string[] {
  return [...new Set((rows as { id: Buffer }[]).map(({ id }) => id.toString('base64url')))];
}
