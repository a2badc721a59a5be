import type { Tx } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Pool } from 'pg';
import type { Adoption } from './domain/adopt.js';
import type { Obligation } from './domain/obligation.js';
import type { StatementItem } from './domain/rail.js';
import { ChainRepository, LedgerRepository } from './ledger/index.js';
import { Pseudonyms } from './pseudonyms.js';
import { CityProfile, Clock } from '#libs/service';
import { bookingOf } from './domain/booking.js';
import { changeOf } from './domain/ledger.js';

type FundFor = (way: string, amountCents: bigint) => Promise<string | undefined>;

/** States of a rail that may stand beside each state of the books; whatever else stands there, people must look at. */
const agreeing: Readonly<Record<string, readonly string[]>> = {
  issued: ['issued', 'collected'],
  collected: ['collected'],
  void: ['void'],
};
/** Of these the books know that they do not know: they are asked about by themselves. */
const OPEN = ['intended', 'unknown', 'held'];

const CHECK_VIOLATION = '23514';

/** The books as reconciling them reads and mends them. */
@Injectable()
export class ReconcileStore {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly pool: Pool,
    private readonly chain: ChainRepository,
    private readonly ledger: LedgerRepository,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  async page(after: Uint8Array, limit: number): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ id: Buffer }>(
      'SELECT id FROM obligation WHERE id > $1 ORDER BY id LIMIT $2',
      [after, limit],
    );
    return rows.map(({ id }) => id.toString('base64url'));
  }

  async read(ids: readonly string[]): Promise<readonly Obligation[]> {
    return this.transactions.run(async ({ tx }) => [...(await this.ledger.obligations(tx, ids)).values()]);
  }

  /** Changes one obligation under the head of the chain. @returns what became of it */
  async change(
    id: string,
    decide: (present: Obligation, fundFor: FundFor) => Promise<Adoption>,
  ): Promise<Adoption['type']> {
    try {
      return await this.transactions.run(async ({ tx }) => {
        const head = await this.chain.lock(tx);
        const present = (await this.ledger.obligations(tx, [id])).get(id);
        if (present === undefined) return 'known';
        const adoption = await decide(present, (way, amountCents) => this.fundFor(tx, way, amountCents));
        if (adoption.type !== 'adopted') return adoption.type;
        const { obligation, postings } = adoption;
        const { selection } = this.city.profile;
        const terms = { nowMs: this.clock.now().getTime(), selection, ids: this.pseudonyms };
        await this.ledger.write(tx, bookingOf(head, changeOf([obligation], postings), terms));
        return 'adopted';
      });
    } catch (error) {
      // An account would go below nothing: its money was promised to somebody else since.
      if ((error as { code?: unknown }).code === CHECK_VIOLATION) return 'no-money';
      throw error;
    }
  }

  /** Item by item, both ways. @returns references */
  async compare(
    way: string,
    items: readonly StatementItem[],
  ): Promise<{ readonly unmatched: readonly string[]; readonly differing: readonly string[] }> {
    const ofRail = new Map(items.map((item) => [item.reference, item]));
    const { rows } = await this.pool.query<{ reference: Buffer; state: string; cents: string; way: string }>(
      'SELECT reference, state, amount_cents::text AS cents, way FROM slot',
    );
    const differing: string[] = [];
    for (const row of rows) {
      const reference = row.reference.toString('base64url');
      const item = ofRail.get(reference);
      ofRail.delete(reference);
      if (row.way === way && !isAgreed(row, item)) differing.push(reference);
    }
    // A void that was asked for in case something came is no payment.
    const unmatched = [...ofRail.values()].filter(({ state }) => state !== 'void').map(({ reference }) => reference);
    return { unmatched, differing };
  }

  private async fundFor(tx: Tx, way: string, amountCents: bigint): Promise<string | undefined> {
    const { rows } = await tx.query(
      `SELECT f.code FROM fund f JOIN account a ON a.name = f.code || '/available'
        WHERE f.may_pay_grants AND $1 = ANY(f.ways) AND a.balance_cents >= $2 ORDER BY f.code LIMIT 1`,
      [way, amountCents],
    );
    return (rows as { code: string }[])[0]?.code;
  }
}

function isAgreed(row: { readonly state: string; readonly cents: string }, item: StatementItem | undefined): boolean {
  if (OPEN.includes(row.state)) return true;
  const isSame = item?.amountCents === undefined || String(item.amountCents) === row.cents;
  if (item === undefined) return row.state !== 'issued' && row.state !== 'collected';
  return isSame && (agreeing[row.state] ?? []).includes(item.state);
}
