import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { bytes, toBase64url } from '#libs/sealing';
import type { BatchFacts, BatchItem } from '../domain/release.js';

/** A batch as it was made. */
export interface MadeBatch extends Pick<BatchFacts, 'maker' | 'state'> {
  /** base64url; empty: its instruments are settled. */
  readonly digest: string;
}

interface ItemRow {
  readonly obligation: Buffer;
  readonly number: number;
  readonly generation: number;
  readonly amount_cents: string;
  readonly payout_method: string;
  readonly fund: string;
}

/** Batches of instruments and their approvals. */
@Injectable()
export class ReleaseRepository {
  /** Adds instruments to a batch that wait for release and have one of these payout methods. */
  async addToBatch(
    tx: Tx,
    batch: string,
    { payoutMethods, limit }: { readonly payoutMethods: readonly string[]; readonly limit: number },
  ): Promise<void> {
    await tx.query(
      `UPDATE instrument SET batch = $1 WHERE (obligation, number, generation) IN
         (SELECT obligation, number, generation FROM instrument
           WHERE state = 'waiting-release' AND batch IS NULL AND payout_method = ANY($2) ORDER BY reference LIMIT $3)`,
      [batch, payoutMethods, limit],
    );
  }

  /** Counts instruments that wait for release, are in no batch, and have one of these payout methods. */
  async countLoose(tx: Tx, payoutMethods: readonly string[]): Promise<number> {
    const { rows } = await tx.query(
      `SELECT count(*)::integer AS count FROM instrument
        WHERE state = 'waiting-release' AND batch IS NULL AND payout_method = ANY($1)`,
      [payoutMethods],
    );
    return (rows as { count: number }[])[0]?.count ?? 0;
  }

  async insert(
    tx: Tx,
    batch: string,
    { maker, digest }: { readonly maker: string; readonly digest: string },
  ): Promise<void> {
    await tx.query(`INSERT INTO batch (id, maker, digest, state) VALUES ($1, $2, $3, 'made')`, [
      batch,
      maker,
      bytes(digest),
    ]);
  }

  /** Batches that wait for checkers. */
  async open(tx: Tx): Promise<readonly { readonly batch: string; readonly digest: string }[]> {
    const { rows } = await tx.query(`SELECT id, digest FROM batch WHERE state = 'made'`);
    return (rows as { id: string; digest: Buffer }[]).map(({ id, digest }) => ({
      batch: id,
      digest: toBase64url(digest),
    }));
  }

  /** Locks the batch until the transaction ends. */
  async find(tx: Tx, batch: string): Promise<MadeBatch | undefined> {
    const { rows } = await tx.query('SELECT maker, digest, state FROM batch WHERE id = $1 FOR UPDATE', [batch]);
    const [found] = rows as { maker: string; digest: Buffer | null; state: BatchFacts['state'] }[];
    return (
      found && {
        maker: found.maker,
        state: found.state,
        digest: found.digest === null ? '' : toBase64url(found.digest),
      }
    );
  }

  /** The present content of the batch: its instruments that still wait for release. */
  async items(tx: Tx, batch: string): Promise<readonly BatchItem[]> {
    const { rows } = await tx.query(
      `SELECT i.obligation, i.number, i.generation, i.amount_cents::text AS amount_cents, i.payout_method, o.fund
         FROM instrument i JOIN obligation o ON o.id = i.obligation
        WHERE i.batch = $1 AND i.state = 'waiting-release' ORDER BY i.reference`,
      [batch],
    );
    return (rows as ItemRow[]).map(({ amount_cents: cents, payout_method: payoutMethod, obligation, ...item }) => ({
      ...item,
      payoutMethod,
      obligation: toBase64url(obligation),
      amountCents: BigInt(cents),
    }));
  }

  async approvals(tx: Tx, batch: string): Promise<readonly string[]> {
    const { rows } = await tx.query('SELECT person FROM approval WHERE batch = $1', [batch]);
    return (rows as { person: string }[]).map(({ person }) => person);
  }

  async approve(tx: Tx, batch: string, person: string): Promise<void> {
    await tx.query('INSERT INTO approval (batch, person) VALUES ($1, $2)', [batch, person]);
  }

  async close(tx: Tx, batch: string): Promise<void> {
    await tx.query(`UPDATE batch SET state = 'released' WHERE id = $1`, [batch]);
  }

  /** Voids a batch that has changed since it was made. Its instruments wait for a new batch. */
  async dissolve(tx: Tx, batch: string): Promise<void> {
    await tx.query(`UPDATE batch SET state = 'void' WHERE id = $1`, [batch]);
    await tx.query(`UPDATE instrument SET batch = NULL WHERE batch = $1 AND state = 'waiting-release'`, [batch]);
  }
}
