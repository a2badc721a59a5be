import { Injectable } from '@nestjs/common';
import { canonicalJson, dayNumbered, type Day } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { sha256, toBase64url } from '#libs/sealing';
import type { AnchoredPair } from '../domain/anchor.js';
import type { BookEvent, ChainLink } from '../domain/ledger.js';

/** Facts of the chain about an anchored pair. */
export interface AnchorFacts {
  /** Hash of the link with the anchored number, base64url; undefined: there is none. */
  readonly hash: string | undefined;
  readonly isLifted: boolean;
  /** The last day on which a freeze was lifted. */
  readonly liftedDay: Day | undefined;
}

interface FactsRow {
  readonly hash: Buffer | null;
  readonly is_lifted: boolean;
  readonly lifted: string | null;
}

const FACTS = `SELECT (SELECT hash FROM chain WHERE seq = $1) AS hash,
    EXISTS (SELECT FROM book_event WHERE kind = 'freeze-lifted' AND detail->>'fromSeq' = $1::text
               AND detail->>'fromHash' = $2) AS is_lifted,
    (SELECT max(day)::text FROM book_event WHERE kind = 'freeze-lifted') AS lifted`;
const SENT = `
  SELECT 1 FROM instrument WHERE lease IS NOT NULL OR tries > 0 OR state IN ('unknown', 'issued', 'collected') LIMIT 1`;

/** The hash chain over all commits of the ledger, and the decisions of two people. */
@Injectable()
export class ChainRepository {
  /** Locks the head. Every planner locks it, so that plans run one after another and see each other's changes. */
  async lock(tx: Tx): Promise<ChainLink> {
    const { rows } = await tx.query('SELECT seq, hash FROM chain_head FOR UPDATE');
    const { seq, hash } = rows[0] as { seq: string; hash: Buffer };
    return { seq: BigInt(seq), hash };
  }

  /** The present head, in the form of an anchor. */
  async head(tx: Tx): Promise<AnchoredPair> {
    const { rows } = await tx.query('SELECT seq, hash FROM chain_head');
    const row = (rows as { seq: string; hash: Buffer }[])[0];
    if (row === undefined) throw new Error('the chain has no head');
    return { seq: BigInt(row.seq), hash: toBase64url(row.hash) };
  }

  /**
   * Adds a link that vouches for this content, which is stored beside it, so that anybody can compute the chain
   * again. The content is kept for ever: it holds no site, no reference at a rail and no day of a payment. The caller
   * must have locked the head. The week is its Monday, in days since 1970-01-01.
   */
  async extend(
    tx: Tx,
    head: ChainLink,
    { vouched, week }: { readonly vouched: object; readonly week: number },
  ): Promise<void> {
    const seq = head.seq + 1n;
    const content = canonicalJson(vouched);
    const hash = sha256(Buffer.concat([head.hash, Buffer.from(content)]));
    await tx.query('INSERT INTO chain (seq, hash, week, content) VALUES ($1, $2, $3, $4)', [
      seq,
      hash,
      dayNumbered(week),
      content,
    ]);
    await tx.query('UPDATE chain_head SET seq = $1, hash = $2', [seq, hash]);
  }

  /** Records a decision of two people, with a link of its own. The caller must have locked the head. */
  async record(
    tx: Tx,
    head: ChainLink,
    { kind, detail, day, week }: BookEvent & { readonly day: Day; readonly week: number },
  ): Promise<void> {
    const seq = head.seq + 1n;
    await tx.query('INSERT INTO book_event (seq, kind, day, detail) VALUES ($1, $2, $3, $4)', [
      seq,
      kind,
      day,
      JSON.stringify(detail),
    ]);
    await this.extend(tx, head, { vouched: { seq: String(seq), kind, day, detail }, week });
  }

  async factsOf(tx: Tx, { seq, hash }: AnchoredPair): Promise<AnchorFacts> {
    const { rows } = await tx.query(FACTS, [String(seq), hash]);
    const row = rows[0] as FactsRow;
    return {
      hash: row.hash === null ? undefined : toBase64url(row.hash),
      isLifted: row.is_lifted,
      liftedDay: row.lifted ?? undefined,
    };
  }

  async isAnythingSent(tx: Tx): Promise<boolean> {
    return (await tx.query(SENT)).rows.length > 0;
  }
}
