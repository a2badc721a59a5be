import { dayOf, HOUR_MS, startOfHour } from '#libs/contracts';
import { columns, type Tx } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Clock } from '#libs/service';
import type { SlotState } from './domain/obligation.js';
import { pauseAfter } from './domain/rail.js';
import { AnchorService, ChainRepository } from './ledger/index.js';

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

const LEASE_MS = 30_000;
const COLLECTION_POLL_MS = HOUR_MS;

const asked = columns({ reference: 'bytea', due: 'timestamptz', state: 'text', secret_lost: 'boolean' }, { from: 2 });

/** The work queue of instruments: what is due, to whom it is leased, when to ask again. */
@Injectable()
export class SlotStore {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly chain: ChainRepository,
    private readonly anchor: AnchorService,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes up what is due, with the anchor behind it: nothing above the anchor is carried to a rail, and that something
   * was taken up is not forgotten either, for what nobody has taken up is taken back without asking.
   */
  async takeUp(limit: number): Promise<readonly DueSlot[]> {
    if (!(await this.anchor.advance())) return [];
    const due = await this.transactions.run(async ({ tx }) => {
      if (!(await this.isAnyDue(tx))) return [];
      const head = await this.chain.lock(tx);
      // The database may be another one than a moment ago.
      const { hold, anchored } = await this.anchor.standing(tx);
      if (hold !== undefined) return [];
      const taken = await this.takeDue(tx, { limit, anchored: anchored.seq });
      const first = taken.filter(({ isFirst }) => isFirst).map(({ reference }) => reference);
      const day = dayOf(this.clock.now());
      if (first.length > 0) await this.chain.extend(tx, head, { vouched: { takenUp: first }, day });
      return taken;
    });
    return due.some(({ isFirst }) => isFirst) && !(await this.anchor.advance()) ? [] : due;
  }

  /** Asked before the head of the chain is held. */
  private async isAnyDue(tx: Tx): Promise<boolean> {
    const { rows } = await tx.query(
      `SELECT 1 FROM slot WHERE due <= $1 AND (lease IS NULL OR lease < $1)
          AND state IN ('intended', 'unknown', 'issued') LIMIT 1`,
      [this.clock.now()],
    );
    return rows.length > 0;
  }

  /** Leases what is due, never above the anchor; what waits to be sent goes before what waits to be collected. */
  private async takeDue(
    tx: Tx,
    { limit, anchored }: { readonly limit: number; readonly anchored: bigint },
  ): Promise<readonly DueSlot[]> {
    const now = this.clock.now();
    const { rows } = await tx.query(
      `UPDATE slot s SET lease = $1
         FROM (SELECT obligation, slot, generation, lease FROM slot
                WHERE due <= $2 AND (lease IS NULL OR lease < $2) AND seq <= $3
                  AND state IN ('intended', 'unknown', 'issued')
                ORDER BY (state = 'issued'), due LIMIT $4 FOR UPDATE SKIP LOCKED) d
        WHERE (s.obligation, s.slot, s.generation) = (d.obligation, d.slot, d.generation)
        RETURNING s.obligation, s.slot, s.generation, s.reference, s.amount_cents::text AS amount_cents, s.way, s.state,
                  s.secret_lost, s.careful, s.tries, d.lease IS NULL AND s.tries = 0 AS is_first`,
      [new Date(now.getTime() + LEASE_MS), now, anchored, limit],
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
  async askAgain(tx: Tx, slots: readonly DueSlot[]): Promise<void> {
    const now = this.clock.now().getTime();
    await tx.query(
      `UPDATE slot s SET lease = NULL, tries = s.tries + 1,
              due = CASE WHEN s.state = 'issued' AND NOT s.secret_lost THEN $1::timestamptz
                         WHEN (s.state, s.secret_lost) = (n.state, n.secret_lost) OR s.tries > 0 THEN n.due
                         ELSE s.due END
         FROM ${asked.sql}
        WHERE s.reference = n.reference AND s.state IN ('intended', 'unknown', 'issued')`,
      [
        new Date(now + COLLECTION_POLL_MS),
        ...asked.values(
          slots.map(({ reference, tries, state, isSecretLost }) => ({
            reference: Buffer.from(reference, 'base64url'),
            due: new Date(now + pauseAfter(tries)),
            state,
            secret_lost: isSecretLost,
          })),
        ),
      ],
    );
  }

  /**
   * Obligations on the waiting list, in its order. Rapid grants for which the week has no room any more are passed
   * over, so that they do not keep from their turn those whom money alone is wanting.
   */
  async turns(tx: Tx, limit: number, rapidLeftCents: bigint): Promise<readonly string[]> {
    const { rows } = await tx.query(
      `SELECT id FROM obligation WHERE status = 'waiting-list' AND (kind <> 'rapid' OR tier = 1 OR amount_cents <= $2)
        ORDER BY tier, order_key LIMIT $1`,
      [limit, rapidLeftCents],
    );
    return idsOf(rows);
  }

  /** Obligations that could not be planned while payments held, the most urgent first. */
  async takeUnplanned(tx: Tx, limit: number): Promise<readonly string[]> {
    const { rows } = await tx.query(
      `DELETE FROM to_plan p
        USING (SELECT t.obligation FROM to_plan t JOIN obligation o ON o.id = t.obligation
                ORDER BY o.tier, o.order_key LIMIT $1 FOR UPDATE OF t SKIP LOCKED) d
        WHERE p.obligation = d.obligation RETURNING p.obligation AS id`,
      [limit],
    );
    return idsOf(rows);
  }

  /** Obligations that wait for room in their site's hour. Each is tried once in every hour. */
  async takeCapped(tx: Tx, limit: number): Promise<readonly string[]> {
    const now = this.clock.now();
    const { rows } = await tx.query(
      `UPDATE slot s SET due = $2
         FROM (SELECT obligation, slot, generation FROM slot
                WHERE state = 'capped' AND due <= $1 ORDER BY due, reference LIMIT $3 FOR UPDATE SKIP LOCKED) d
        WHERE (s.obligation, s.slot, s.generation) = (d.obligation, d.slot, d.generation)
        RETURNING s.obligation AS id`,
      [now, new Date(startOfHour(now).getTime() + HOUR_MS), limit],
    );
    return idsOf(rows);
  }
}

function idsOf(rows: unknown): string[] {
  return [...new Set((rows as { id: Buffer }[]).map(({ id }) => id.toString('base64url')))];
}
