import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { canonicalJson, DAY_MS, dayOf, HOUR_MS, startOfHour } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { bytes } from '#libs/sealing';
import { CityProfile, Clock } from '#libs/service';
import { accountOf, type Posting } from './domain/money.js';
import type { Obligation, Slot } from './domain/obligation.js';
import type { FundView } from './domain/plan.js';
import { Pseudonyms } from './pseudonyms.js';

import {
  obligationRows,
  slotRows,
  entryRows,
  balanceRows,
  rapidRows,
  releasedRows,
  obligationOf,
  type FundRow,
  type ObligationRow,
  type SlotRow,
} from './ledger-rows.store.js';

/** What one transaction changes in the ledger. */
export interface LedgerChange {
  readonly obligations: readonly StoredObligation[];
  readonly postings: readonly Posting[];
  readonly rapid: readonly { readonly fund: string; readonly cents: bigint }[];
  readonly released: readonly { readonly site: string | undefined; readonly cents: bigint }[];
}

/** With what an auditor needs; written once, never changed. */
export interface StoredObligation {
  readonly obligation: Obligation;
  readonly stub: object | undefined;
}

export interface LedgerView {
  readonly funds: readonly FundView[];
  readonly waitingTier: number | undefined;
}

/** Something that two people have decided. Names are pseudonyms of staff; a household is never in it. */
export interface BookEvent {
  readonly kind: 'hold-lifted' | 'held-settled';
  readonly detail: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export interface ChainLink {
  readonly seq: bigint;
  readonly hash: Buffer;
}

/** Where no site is known, one cap counts for all. */
const NO_SITE = 'NONE';

/**
 * The books: append-only, double entry, one hash link for each commit. Whoever plans money holds the head of the chain,
 * so that plans follow one another and what was counted as available is available.
 */
@Injectable()
export class LedgerStore {
  constructor(
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  async lock(tx: Tx): Promise<ChainLink> {
    const { rows } = await tx.query('SELECT seq, hash FROM chain_head FOR UPDATE');
    const { seq, hash } = rows[0] as { seq: string; hash: Buffer };
    return { seq: BigInt(seq), hash };
  }

  async view(tx: Tx): Promise<LedgerView> {
    const percent = BigInt(this.city.profile.grants.rapid?.capPercentPerWeek ?? 0);
    const { rows } = await tx.query(
      `SELECT f.code, f.ways, f.may_pay_grants,
              coalesce(a.balance_cents, 0)::text AS available, coalesce(-g.balance_cents, 0)::text AS given,
              coalesce(w.cents, 0)::text AS rapid
         FROM fund f
         LEFT JOIN account a ON a.name = f.code || '/available'
         LEFT JOIN account g ON g.name = f.code || '/given'
         LEFT JOIN rapid_week w ON w.fund = f.code AND w.week = $1
        ORDER BY f.code`,
      [mondayOf(this.clock.now())],
    );
    const funds = (rows as FundRow[]).map((row): FundView => ({
      code: row.code,
      ways: row.ways,
      mayPayGrants: row.may_pay_grants,
      availableCents: BigInt(row.available),
      rapidLeftCents: (BigInt(row.given) * percent) / 100n - BigInt(row.rapid),
    }));
    // A rapid grant that only waits for another week is not in the way of anybody.
    const waiting = await tx.query(
      `SELECT min(tier)::int AS tier FROM obligation
        WHERE status = 'waiting-list' AND (kind <> 'rapid' OR tier = 1 OR amount_cents <= $1)`,
      [rapidLeftOf(funds)],
    );
    return { funds, waitingTier: (waiting.rows[0] as { tier: number | null }).tier ?? undefined };
  }

  /** The largest rapid grant that the week still has room for, in any fund. */
  async rapidLeftCents(tx: Tx): Promise<bigint> {
    return rapidLeftOf((await this.view(tx)).funds);
  }

  /** What went out by itself at these sites in this hour; what has no site counts together. */
  async siteHour(
    tx: Tx,
    sites: readonly (string | undefined)[],
    hour: Date,
  ): Promise<ReadonlyMap<string | undefined, bigint>> {
    const { rows } = await tx.query(
      'SELECT site, cents::text AS cents FROM site_hour WHERE hour = $1 AND site = ANY($2)',
      [hour, sites.map((site) => site ?? NO_SITE)],
    );
    const used = new Map((rows as { site: string; cents: string }[]).map(({ site, cents }) => [site, BigInt(cents)]));
    return new Map(sites.map((site) => [site, used.get(site ?? NO_SITE) ?? 0n]));
  }

  async obligations(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, Obligation>> {
    if (ids.length === 0) return new Map();
    const keys = ids.map(bytes);
    const { rows } = await tx.query(
      `SELECT id, kind, amount_cents::text AS amount_cents, needs, tier, service_area, status, fund
         FROM obligation WHERE id = ANY($1)`,
      [keys],
    );
    const slots = await tx.query(
      // Locked: nobody can begin to carry what is being taken back here.
      `SELECT obligation, slot, generation, amount_cents::text AS amount_cents, way, site, state, secret_lost,
              lease IS NOT NULL OR tries > 0 AS taken_up, careful
         FROM slot WHERE obligation = ANY($1) ORDER BY obligation, slot, generation FOR UPDATE`,
      [keys],
    );
    const byObligation = Map.groupBy(slots.rows as SlotRow[], ({ obligation }) => obligation.toString('base64url'));
    return new Map(
      (rows as ObligationRow[]).map((row) => {
        const id = row.id.toString('base64url');
        return [id, obligationOf(row, id, byObligation.get(id) ?? [])];
      }),
    );
  }

  /** Writes what has changed, if anything has, and adds one link to the chain. The caller holds the head. */
  async write(tx: Tx, head: ChainLink, change: LedgerChange): Promise<ChainLink> {
    if (change.obligations.length === 0 && change.postings.length === 0) return head;
    const seq = head.seq + 1n;
    await this.writeObligations(tx, change.obligations, seq);
    await this.writeSlots(tx, { obligations: change.obligations, seq });
    await this.writeEntries(tx, seq, change.postings);
    await this.writeLimits(tx, change);
    return this.extend(tx, head, textOf(seq, change));
  }

  /** Adds a link that vouches for something which changes no balance. The caller holds the head. */
  async extend(tx: Tx, head: ChainLink, text: string): Promise<ChainLink> {
    const seq = head.seq + 1n;
    const hash = createHash('sha256').update(head.hash).update(text).digest();
    const day = dayOf(this.clock.now());
    await tx.query('INSERT INTO chain (seq, hash, day) VALUES ($1, $2, $3)', [seq, hash, day]);
    await tx.query('UPDATE chain_head SET seq = $1, hash = $2', [seq, hash]);
    return { seq, hash };
  }

  /** Writes down for good what people have decided together, with a link of its own. The caller holds the head. */
  async record(tx: Tx, head: ChainLink, { kind, detail }: BookEvent): Promise<ChainLink> {
    const seq = head.seq + 1n;
    const day = dayOf(this.clock.now());
    await tx.query('INSERT INTO book_event (seq, kind, day, detail) VALUES ($1, $2, $3, $4)', [
      seq,
      kind,
      day,
      JSON.stringify(detail),
    ]);
    return this.extend(tx, head, canonicalJson({ seq: String(seq), kind, day, detail }));
  }

  private async writeObligations(tx: Tx, stored: readonly StoredObligation[], seq: bigint): Promise<void> {
    if (stored.length === 0) return;
    const today = this.clock.now().toISOString().slice(0, 10);
    const rows = stored.map(({ obligation, stub }, at) => ({
      id: bytes(obligation.id),
      kind: obligation.kind,
      amount_cents: obligation.amountCents,
      needs: obligation.needs.join(','),
      tier: obligation.tier,
      service_area: obligation.serviceArea,
      status: obligation.status,
      fund: obligation.fund,
      stub,
      order_key: this.orderKey(obligation.id, seq, at),
    }));
    await tx.query(
      `INSERT INTO obligation AS o (id, kind, amount_cents, needs, tier, service_area, status, fund, stub, order_key,
          day)
       SELECT n.id, n.kind, n.amount_cents, string_to_array(n.needs, ','), n.tier, n.service_area, n.status, n.fund,
          n.stub,
              n.order_key, $1
         FROM ${obligationRows.sql}
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, fund = excluded.fund,
          order_key = CASE WHEN excluded.status = 'waiting-list' AND o.status <> 'waiting-list'
                           THEN excluded.order_key ELSE o.order_key END`,
      [today, ...obligationRows.values(rows)],
    );
  }

  /** The place on the waiting list inside a tier: drawn by a key that nobody can choose, or by the order of coming. */
  private orderKey(id: string, seq: bigint, at: number): Uint8Array {
    if (this.city.profile.selection === 'random-within-tier') return this.pseudonyms.orderOf(id);
    const key = Buffer.alloc(12);
    key.writeBigUInt64BE(seq);
    key.writeUInt32BE(at, 8);
    return key;
  }

  private async writeSlots(
    tx: Tx,
    { obligations, seq }: { readonly obligations: readonly StoredObligation[]; readonly seq: bigint },
  ): Promise<void> {
    const rows = obligations.flatMap(({ obligation: { id, slots } }) =>
      slots.map((slot) => ({
        obligation: bytes(id),
        slot: slot.slot,
        generation: slot.generation,
        amount_cents: slot.amountCents,
        way: slot.way,
        site: slot.site,
        state: slot.state,
        secret_lost: slot.isSecretLost,
        reference: this.pseudonyms.railReferenceOf(id, slot.slot, slot.generation),
        due: dueOf(slot, this.clock.now()),
        careful: slot.isCareful,
      })),
    );
    if (rows.length === 0) return;
    await tx.query(
      `INSERT INTO slot AS s (obligation, slot, generation, amount_cents, way, site, state, secret_lost, reference,
          seq, due, careful)
       SELECT n.obligation, n.slot, n.generation, n.amount_cents, n.way, n.site, n.state, n.secret_lost, n.reference,
              $1, n.due, n.careful
         FROM ${slotRows.sql}
       ON CONFLICT (obligation, slot, generation) DO UPDATE
          SET way = excluded.way, state = excluded.state, secret_lost = excluded.secret_lost, seq = excluded.seq,
              careful = excluded.careful, due = excluded.due, lease = NULL,
              tries = CASE WHEN excluded.state = 'issued' THEN 0 ELSE s.tries END,
              batch = CASE WHEN excluded.way = s.way THEN s.batch END
        WHERE (s.way, s.state, s.secret_lost, s.careful)
              IS DISTINCT FROM (excluded.way, excluded.state, excluded.secret_lost, excluded.careful)`,
      [seq, ...slotRows.values(rows)],
    );
  }

  /** Postings are never merged; only the update of the balances is folded. */
  private async writeEntries(tx: Tx, seq: bigint, postings: readonly Posting[]): Promise<void> {
    if (postings.length === 0) return;
    const entries = postings.flatMap(({ fund, from, to, amountCents, obligation }) => [
      { account: accountOf(fund, from), cents: -amountCents, obligation },
      { account: accountOf(fund, to), cents: amountCents, obligation },
    ]);
    await tx.query(
      `INSERT INTO entry (seq, line, account, amount_cents, obligation)
       SELECT $1, e.line, e.account, e.cents, e.obligation
         FROM ${entryRows.sql}`,
      [
        seq,
        ...entryRows.values(
          entries.map(({ obligation, ...entry }) => ({
            ...entry,
            obligation: obligation === undefined ? null : bytes(obligation),
          })),
        ),
      ],
    );
    const sums = new Map<string, bigint>();
    for (const { account, cents } of entries) sums.set(account, (sums.get(account) ?? 0n) + cents);
    const names = [...sums.keys()];
    await tx.query(
      `INSERT INTO account (name, balance_cents) SELECT n.name, 0 FROM unnest($1::text[]) AS n(name)
         ON CONFLICT DO NOTHING`,
      [names],
    );
    // A balance below nothing breaks the table's rule, and with it the whole transaction.
    await tx.query(
      `UPDATE account a SET balance_cents = a.balance_cents + n.cents
         FROM ${balanceRows.sql} WHERE a.name = n.name`,
      balanceRows.values([...sums].map(([name, cents]) => ({ name, cents }))),
    );
  }

  private async writeLimits(tx: Tx, { rapid, released }: LedgerChange): Promise<void> {
    const now = this.clock.now();
    if (rapid.length > 0) {
      await tx.query(
        `INSERT INTO rapid_week AS w (fund, week, cents)
         SELECT n.fund, $1, sum(n.cents) FROM ${rapidRows.sql} GROUP BY n.fund
         ON CONFLICT (fund, week) DO UPDATE SET cents = w.cents + excluded.cents`,
        [mondayOf(now), ...rapidRows.values(rapid)],
      );
    }
    if (released.length > 0) {
      await tx.query(
        `INSERT INTO site_hour AS h (site, hour, cents)
         SELECT n.site, $1, sum(n.cents) FROM ${releasedRows.sql} GROUP BY n.site
         ON CONFLICT (site, hour) DO UPDATE SET cents = h.cents + excluded.cents`,
        [
          startOfHour(now),
          ...releasedRows.values(released.map(({ site, cents }) => ({ site: site ?? NO_SITE, cents }))),
        ],
      );
    }
  }
}

function rapidLeftOf(funds: readonly FundView[]): bigint {
  const lefts = funds.filter(({ mayPayGrants }) => mayPayGrants).map(({ rapidLeftCents }) => rapidLeftCents);
  return lefts.reduce((most, left) => (left > most ? left : most), 0n);
}

/** What a link of the chain vouches for. */
function textOf(seq: bigint, { obligations, postings }: LedgerChange): string {
  return canonicalJson({
    seq: String(seq),
    obligations: obligations.map(({ obligation }) => JSON.parse(JSON.stringify(obligation, asText)) as object),
    postings: postings.map((posting) => JSON.parse(JSON.stringify(posting, asText)) as object),
  });
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** When a slot that has just come into this state is looked at again by itself; null: never. */
function dueOf({ state, isSecretLost }: Slot, now: Date): Date | null {
  if (state === 'intended' || state === 'unknown' || (state === 'issued' && isSecretLost)) return now;
  if (state === 'capped' || state === 'issued') return new Date(startOfHour(now).getTime() + HOUR_MS);
  return null;
}

/** The Monday of this week, `YYYY-MM-DD`. */
function mondayOf(now: Date): string {
  const day = Math.floor(now.getTime() / DAY_MS);
  return new Date((day - ((day + 3) % 7)) * DAY_MS).toISOString().slice(0, 10);
}
