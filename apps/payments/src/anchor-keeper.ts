import { Injectable, type OnModuleInit } from '@nestjs/common';
import { addDays, clocks, dayOf } from '#libs/contracts';
import { Clock, HealthChecks, Log } from '#libs/service';
import { Pool } from 'pg';
import { AnchorFile, type AnchoredPair } from './anchor-file.js';

export const holdReasons = [
  'books-older-than-anchor',
  'books-other-than-anchor',
  'anchor-missing',
  'anchor-unreadable',
] as const;
export type HoldReason = (typeof holdReasons)[number];

interface Statements {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** How the books stand to the anchor, seen from one transaction. */
export interface Standing {
  /** Why nothing may be planned or sent; undefined: the books contain what is anchored. */
  readonly hold: HoldReason | undefined;
  readonly anchored: AnchoredPair;
  /**
   * A hold was lifted not long ago: what was forgotten may still be said again, so whatever is to be sent is asked
   * about first.
   */
  readonly isCareful: boolean;
}

/** A hold that was lifted from this very pair has dealt with it; the process ended before the anchor could move. */
const STANDING = `SELECT (SELECT hash FROM chain WHERE seq = $1) AS hash,
    EXISTS (SELECT FROM book_event WHERE kind = 'hold-lifted' AND detail->>'fromSeq' = $1::text
               AND detail->>'fromHash' = $2) AS is_lifted,
    (SELECT max(day)::text FROM book_event WHERE kind = 'hold-lifted') AS lifted`;
/** Something has been carried to a rail. */
const SENT = `
  SELECT 1 FROM slot WHERE lease IS NOT NULL OR tries > 0 OR state IN ('unknown', 'issued', 'collected') LIMIT 1`;

const NOTHING: AnchoredPair = { seq: 0n, hash: '' };

/**
 * Moves the anchor forward after each commit and before anything is sent: nothing above the anchor reaches a rail. A
 * database that does not contain the anchored pair has been restored or has split, and payments holds.
 */
@Injectable()
export class AnchorKeeper implements OnModuleInit {
  private held: HoldReason | undefined;

  constructor(
    private readonly file: AnchorFile,
    private readonly pool: Pool,
    private readonly clock: Clock,
    private readonly log: Log,
    checks: HealthChecks,
  ) {
    checks.set('hold', () => this.held ?? 'none');
  }

  async onModuleInit(): Promise<void> {
    await this.standing(this.pool);
  }

  /** Why nothing is sent; undefined: it is. */
  get holdReason(): HoldReason | undefined {
    return this.held;
  }

  /**
   * Asked in every transaction that plans or takes up anything, and in none is the answer of another one believed: a
   * connection that was lost and made anew may lead to another database.
   */
  async standing(tx: Statements): Promise<Standing> {
    const read = this.file.read();
    const anchored = typeof read === 'string' ? NOTHING : read;
    const { rows } = await tx.query(STANDING, [String(anchored.seq), anchored.hash]);
    const { hash, is_lifted: isLifted, lifted } = rows[0] as StandingRow;
    const found = hash?.toString('base64url');
    let hold: HoldReason | undefined;
    if (read === 'unreadable') hold = 'anchor-unreadable';
    // Nothing is sent before there is an anchor: without one, it was lost.
    else if (read === 'missing') hold = (await tx.query(SENT)).rows.length > 0 ? 'anchor-missing' : undefined;
    else if (found === undefined && !isLifted) hold = 'books-older-than-anchor';
    else if (found !== anchored.hash && !isLifted) hold = 'books-other-than-anchor';
    this.note(hold);
    const today = dayOf(this.clock.now());
    const isCareful = lifted !== null && today <= addDays(lifted, clocks.topicRetentionDays);
    return { hold, anchored, isCareful };
  }

  /** Moves the anchor to what is committed. @returns false: nothing may be sent now */
  async advance(): Promise<boolean> {
    const read = this.file.read();
    const head = await this.head();
    const isThere = typeof read !== 'string' && read.seq === head.seq && read.hash === head.hash;
    if (isThere && this.held === undefined) return true;
    if (this.held !== undefined && (await this.standing(this.pool)).hold !== undefined) return false;
    // Whoever moves it has looked while nobody else could move it, so two that have split cannot both go on.
    const isMoved = await this.file.locked(async () => {
      const { hold, anchored } = await this.standing(this.pool);
      if (hold !== undefined) return false;
      if (head.seq > anchored.seq) this.file.write(head);
      return true;
    });
    return isMoved ?? false;
  }

  /** Two people have dealt with the hold: goes on from the present head, if the anchor is still where they saw it. */
  async moveAfterLift(from: AnchoredPair): Promise<boolean> {
    const isMoved = await this.file.locked(async () => {
      const read = this.file.read();
      const anchored = typeof read === 'string' ? NOTHING : read;
      if (anchored.seq !== from.seq || anchored.hash !== from.hash) return false;
      this.file.write(await this.head());
      return true;
    });
    await this.standing(this.pool);
    return isMoved ?? false;
  }

  private async head(): Promise<AnchoredPair> {
    const { rows } = await this.pool.query<{ seq: string; hash: Buffer }>('SELECT seq, hash FROM chain_head');
    const row = rows[0];
    if (row === undefined) throw new Error('the chain has no head');
    return { seq: BigInt(row.seq), hash: row.hash.toString('base64url') };
  }

  private note(hold: HoldReason | undefined): void {
    if (hold !== undefined && hold !== this.held) this.log.write('error', 'money-held', { code: hold });
    if (hold === undefined && this.held !== undefined) this.log.write('info', 'money-held', { code: 'lifted' });
    this.held = hold;
  }
}

interface StandingRow {
  readonly hash: Buffer | null;
  readonly is_lifted: boolean;
  readonly lifted: string | null;
}
