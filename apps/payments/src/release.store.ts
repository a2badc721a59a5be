import { createHash, randomUUID } from 'node:crypto';
import type { Tx } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { CityProfile, Clock } from '#libs/service';
import { bookingOf } from './domain/booking.js';
import { changeOf, type ChainLink } from './domain/ledger.js';
import type { Posting } from './domain/money.js';
import { approve, type Approval } from './domain/release.js';
import { AnchorService, ChainRepository, LedgerRepository } from './ledger/index.js';
import { Pseudonyms } from './pseudonyms.js';
import { RailRegistry } from './rails/index.js';

/** What a checker has to see: how much, for how many, and the digest of exactly that. */
export interface Batch {
  readonly batch: string;
  readonly slots: number;
  readonly amountCents: string;
  readonly digest: string;
}

interface BatchSlot {
  readonly obligation: Buffer;
  readonly slot: number;
  readonly generation: number;
  readonly amount_cents: string;
  readonly way: string;
  readonly fund: string;
}

const SLOTS_MAX = 5_000;

/** Batches of instruments that go out only when different people agree. */
@Injectable()
export class ReleaseStore {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly chain: ChainRepository,
    private readonly ledger: LedgerRepository,
    private readonly anchor: AnchorService,
    private readonly rails: RailRegistry,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  /** Puts everything that waits for release into a batch. Undefined: nothing waits. */
  make(maker: string): Promise<Batch | undefined> {
    return this.transactions.run(async ({ tx }) => {
      const id = randomUUID();
      await this.chain.lock(tx);
      await tx.query(
        `UPDATE slot SET batch = $1 WHERE (obligation, slot, generation) IN
           (SELECT obligation, slot, generation FROM slot
             WHERE state = 'waiting-release' AND batch IS NULL AND way = ANY($2) ORDER BY reference LIMIT $3)`,
        [id, this.rails.ways, SLOTS_MAX],
      );
      const slots = await this.slotsOf(tx, id);
      if (slots.length === 0) return undefined;
      const digest = digestOf(slots);
      await tx.query(`INSERT INTO batch (id, maker, digest, state) VALUES ($1, $2, $3, 'made')`, [id, maker, digest]);
      return batchOf(id, slots, digest);
    });
  }

  /** Batches that wait for checkers. */
  async open(): Promise<readonly Batch[]> {
    return this.transactions.run(async ({ tx }) => {
      const { rows } = await tx.query(`SELECT id, digest FROM batch WHERE state = 'made'`);
      const batches = rows as { id: string; digest: Buffer }[];
      return Promise.all(batches.map(async ({ id, digest }) => batchOf(id, await this.slotsOf(tx, id), digest)));
    });
  }

  /** One more person agrees to exactly what the digest names. */
  approve(batch: string, seenDigest: string, person: string): Promise<Approval | undefined> {
    return this.transactions.run(async ({ tx }) => {
      const head = await this.chain.lock(tx);
      // What is released may have left already, without these books' knowing.
      if ((await this.anchor.standing(tx)).hold !== undefined) return { outcome: 'refused', reason: 'not-open' };
      const { rows } = await tx.query('SELECT maker, digest, state FROM batch WHERE id = $1 FOR UPDATE', [batch]);
      const found = (rows as { maker: string; digest: Buffer; state: 'made' | 'released' | 'void' }[])[0];
      if (found === undefined) return undefined;
      const slots = await this.slotsOf(tx, batch);
      const approvals = await tx.query('SELECT person FROM approval WHERE batch = $1', [batch]);
      const madeDigest = found.digest.toString('base64url');
      const presentDigest = digestOf(slots).toString('base64url');
      const approval = approve(
        {
          state: found.state,
          maker: found.maker,
          approvals: (approvals.rows as { person: string }[]).map((row) => row.person),
          madeDigest,
          presentDigest,
          seenDigest,
        },
        person,
        this.city.profile.release.checkers,
      );
      if (found.state === 'made' && presentDigest !== madeDigest) await this.dissolve(tx, batch);
      if (approval.outcome === 'refused') return approval;
      await tx.query('INSERT INTO approval (batch, person) VALUES ($1, $2)', [batch, person]);
      if (approval.outcome === 'released') await this.release(tx, { head, batch, slots });
      return approval;
    });
  }

  /** What has changed since it was made is nobody's approval any more: its instruments wait for a new batch. */
  private async dissolve(tx: Tx, batch: string): Promise<void> {
    await tx.query(`UPDATE batch SET state = 'void' WHERE id = $1`, [batch]);
    await tx.query(`UPDATE slot SET batch = NULL WHERE batch = $1 AND state = 'waiting-release'`, [batch]);
  }

  private async release(
    tx: Tx,
    {
      head,
      batch,
      slots,
    }: {
      readonly head: ChainLink;
      readonly batch: string;
      readonly slots: readonly BatchSlot[];
    },
  ): Promise<void> {
    await tx.query(`UPDATE batch SET state = 'released' WHERE id = $1`, [batch]);
    const ids = [...new Set(slots.map(({ obligation }) => obligation.toString('base64url')))];
    const obligations = await this.ledger.obligations(tx, ids);
    const included = new Set(
      slots.map((slot) => `${slot.obligation.toString('base64url')} ${slot.slot} ${slot.generation}`),
    );
    const changed = [...obligations.values()].map((obligation) => ({
      ...obligation,
      slots: obligation.slots.map((slot) =>
        included.has(`${obligation.id} ${slot.slot} ${slot.generation}`)
          ? { ...slot, state: 'intended' as const }
          : slot,
      ),
    }));
    const postings = slots.map(({ fund, amount_cents, obligation }): Posting => ({
      fund,
      from: 'reserved',
      to: 'in-flight',
      amountCents: BigInt(amount_cents),
      obligation: obligation.toString('base64url'),
    }));
    const isDrawn = this.city.profile.selection === 'random-within-tier';
    const terms = { nowMs: this.clock.now().getTime(), isDrawn, ids: this.pseudonyms };
    await this.ledger.write(tx, bookingOf(head, changeOf(changed, postings), terms));
  }

  private async slotsOf(tx: Tx, batch: string): Promise<readonly BatchSlot[]> {
    const { rows } = await tx.query(
      `SELECT s.obligation, s.slot, s.generation, s.amount_cents::text AS amount_cents, s.way, o.fund
         FROM slot s JOIN obligation o ON o.id = s.obligation
        WHERE s.batch = $1 AND s.state = 'waiting-release' ORDER BY s.reference`,
      [batch],
    );
    return rows as BatchSlot[];
  }
}

function batchOf(batch: string, slots: readonly BatchSlot[], digest: Buffer): Batch {
  const total = slots.reduce((sum, { amount_cents }) => sum + BigInt(amount_cents), 0n);
  return { batch, slots: slots.length, amountCents: String(total), digest: digest.toString('base64url') };
}

/** Over every instrument, amount and way, in a fixed order. */
function digestOf(slots: readonly BatchSlot[]): Buffer {
  const hash = createHash('sha256');
  for (const { obligation, slot, generation, amount_cents, way, fund } of slots) {
    hash.update(JSON.stringify([obligation.toString('base64url'), slot, generation, amount_cents, way, fund]));
  }
  return hash.digest();
}
