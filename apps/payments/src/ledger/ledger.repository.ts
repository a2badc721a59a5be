import { Injectable } from '@nestjs/common';
import { dayNumbered, dayOf } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { bytes } from '#libs/sealing';
import type { Booking } from '../domain/booking.js';
import type { ChainLink } from '../domain/ledger.js';
import type { Obligation } from '../domain/obligation.js';
import type { FundView } from '../domain/planning.js';
import { ChainRepository } from './chain.repository.js';
import {
  balanceRows,
  entryRows,
  fundOf,
  obligationOf,
  obligationRows,
  rapidRows,
  releasedRows,
  instrumentRows,
  type FundRow,
  type ObligationRow,
  type InstrumentRow,
} from './ledger-rows.repository.js';

/** Instruments without a known site share one cap. */
const NO_SITE = 'NONE';

/** The limit of rapid grants in one week. */
export interface RapidWeek {
  /** Monday of the week, in days since 1970-01-01. */
  readonly monday: number;
  /** Percentage of the money given to a fund that rapid grants may reserve in one week. */
  readonly percent: number;
}

/** Obligations, instruments, entries and balances. A writer must have locked the head of the chain. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly chain: ChainRepository) {}

  /** Locks the head of the chain until the transaction ends. */
  lock(tx: Tx): Promise<ChainLink> {
    return this.chain.lock(tx);
  }

  async funds(tx: Tx, { monday, percent }: RapidWeek): Promise<readonly FundView[]> {
    const { rows } = await tx.query(
      `SELECT f.code, f.payout_methods, f.may_pay_grants, coalesce(a.balance_cents, 0)::text AS available,
              (coalesce(-g.balance_cents, 0) * $2::bigint / 100 - coalesce(w.cents, 0))::text AS rapid_left
         FROM fund f
         LEFT JOIN account a ON a.name = f.code || '/available'
         LEFT JOIN account g ON g.name = f.code || '/given'
         LEFT JOIN rapid_week w ON w.fund = f.code AND w.week = $1
        ORDER BY f.code`,
      [dayNumbered(monday), percent],
    );
    return (rows as FundRow[]).map(fundOf);
  }

  /**
   * The most urgent tier that waits; undefined: nobody waits. A rapid grant that waits only for another week blocks
   * nobody.
   */
  async waitingTier(tx: Tx, rapidLeftCents: bigint): Promise<number | undefined> {
    const { rows } = await tx.query(
      `SELECT min(tier)::int AS tier FROM obligation
        WHERE status = 'waiting-list' AND (kind <> 'rapid' OR tier = 1 OR amount_cents <= $1)`,
      [rapidLeftCents],
    );
    return (rows[0] as { tier: number | null }).tier ?? undefined;
  }

  /**
   * Amounts that were released without people at these sites in this hour. Instruments without a site count together.
   */
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
      `SELECT id, kind, amount_cents::text AS amount_cents, needs, tier, service_area, status, fund,
              rail_name FROM obligation WHERE id = ANY($1)`,
      [keys],
    );
    const instruments = await tx.query(
      // The lock keeps a rail worker from claiming an instrument that is being taken back.
      `SELECT obligation, number, generation, amount_cents::text AS amount_cents, payout_method, site, state,
              secret_lost, lease IS NOT NULL OR tries > 0 AS claimed, inquire_first
         FROM instrument WHERE obligation = ANY($1) ORDER BY obligation, number, generation FOR UPDATE`,
      [keys],
    );
    const byObligation = Map.groupBy(instruments.rows as InstrumentRow[], ({ obligation }) =>
      obligation.toString('base64url'),
    );
    return new Map(
      (rows as ObligationRow[]).map((row) => {
        const id = row.id.toString('base64url');
        return [id, obligationOf(row, id, byObligation.get(id) ?? [])];
      }),
    );
  }

  /** Writes the change, if there is one, and adds one link to the chain. */
  async write(tx: Tx, booking: Booking): Promise<void> {
    const { head, vouched, obligations, entries, mondayOfWeek: week } = booking;
    if (obligations.length === 0 && entries.length === 0) return;
    await this.writeObligations(tx, booking);
    await this.writeInstruments(tx, booking);
    await this.writeEntries(tx, booking);
    await this.writeBalances(tx, booking);
    await this.writeLimits(tx, booking);
    await this.chain.extend(tx, head, { vouched, week });
  }

  private async writeObligations(tx: Tx, { obligations, nowMs, mondayOfWeek }: Booking): Promise<void> {
    if (obligations.length === 0) return;
    const rows = obligations.map(({ obligation, decisionTrace, orderKey }) => ({
      id: bytes(obligation.id),
      kind: obligation.kind,
      amount_cents: obligation.amountCents,
      needs: obligation.needs.join(','),
      tier: obligation.tier,
      service_area: obligation.serviceArea,
      status: obligation.status,
      fund: obligation.fund,
      decision_trace: decisionTrace,
      order_key: orderKey,
      rail_name: obligation.railName === undefined ? null : bytes(obligation.railName),
    }));
    await tx.query(
      `INSERT INTO obligation AS o (id, kind, amount_cents, needs, tier, service_area, status, fund,
          decision_trace, order_key, rail_name, week, day)
       SELECT n.id, n.kind, n.amount_cents, string_to_array(n.needs, ','), n.tier, n.service_area, n.status, n.fund,
              n.decision_trace, n.order_key, n.rail_name, $2, greatest($1, (SELECT day FROM witnessed_day))
         FROM ${obligationRows.sql}
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, fund = excluded.fund,
          day = CASE WHEN o.rail_name IS NOT NULL THEN excluded.day END,
          order_key = CASE WHEN excluded.status = 'waiting-list' AND o.status <> 'waiting-list'
                           THEN excluded.order_key ELSE o.order_key END`,
      [dayOf(new Date(nowMs)), dayNumbered(mondayOfWeek), ...obligationRows.values(rows)],
    );
  }

  private async writeInstruments(tx: Tx, { instruments, head }: Booking): Promise<void> {
    if (instruments.length === 0) return;
    const rows = instruments.map(({ obligation, instrument, reference, dueMs }) => ({
      obligation: bytes(obligation),
      number: instrument.number,
      generation: instrument.generation,
      amount_cents: instrument.amountCents,
      payout_method: instrument.payoutMethod,
      site: instrument.site,
      state: instrument.state,
      secret_lost: instrument.isSecretLost,
      reference,
      due: dueMs === null ? null : new Date(dueMs),
      inquire_first: instrument.inquireFirst,
    }));
    await tx.query(
      `INSERT INTO instrument AS i (obligation, number, generation, amount_cents, payout_method, site, state,
          secret_lost, reference, seq, due, inquire_first)
       SELECT n.obligation, n.number, n.generation, n.amount_cents, n.payout_method, n.site, n.state, n.secret_lost,
              n.reference, $1, n.due, n.inquire_first
         FROM ${instrumentRows.sql}
       ON CONFLICT (obligation, number, generation) DO UPDATE
          SET payout_method = excluded.payout_method, state = excluded.state, secret_lost = excluded.secret_lost,
              seq = excluded.seq, inquire_first = excluded.inquire_first, due = excluded.due, lease = NULL,
              tries = CASE WHEN excluded.state = 'issued' THEN 0 ELSE i.tries END,
              batch = CASE WHEN excluded.payout_method = i.payout_method THEN i.batch END
        WHERE (i.payout_method, i.state, i.secret_lost, i.inquire_first)
              IS DISTINCT FROM (excluded.payout_method, excluded.state, excluded.secret_lost, excluded.inquire_first)`,
      [head.seq + 1n, ...instrumentRows.values(rows)],
    );
  }

  private async writeEntries(tx: Tx, { entries, head }: Booking): Promise<void> {
    if (entries.length === 0) return;
    await tx.query(
      `INSERT INTO entry (seq, line, account, amount_cents, obligation)
       SELECT $1, e.line, e.account, e.cents, e.obligation
         FROM ${entryRows.sql}`,
      [
        head.seq + 1n,
        ...entryRows.values(
          entries.map(({ obligation, ...entry }) => ({
            ...entry,
            obligation: obligation === undefined ? null : bytes(obligation),
          })),
        ),
      ],
    );
  }

  /** A negative balance violates the CHECK of the table and aborts the transaction. */
  private async writeBalances(tx: Tx, { balances }: Booking): Promise<void> {
    if (balances.length === 0) return;
    await tx.query(
      `INSERT INTO account (name, balance_cents) SELECT n.name, 0 FROM unnest($1::text[]) AS n(name)
         ON CONFLICT DO NOTHING`,
      [balances.map(({ name }) => name)],
    );
    await tx.query(
      `UPDATE account a SET balance_cents = a.balance_cents + n.cents
         FROM ${balanceRows.sql} WHERE a.name = n.name`,
      balanceRows.values(balances),
    );
  }

  private async writeLimits(tx: Tx, { rapid, released, mondayOfWeek, hourMs }: Booking): Promise<void> {
    if (rapid.length > 0) {
      await tx.query(
        `INSERT INTO rapid_week AS w (fund, week, cents)
         SELECT n.fund, $1, sum(n.cents) FROM ${rapidRows.sql} GROUP BY n.fund
         ON CONFLICT (fund, week) DO UPDATE SET cents = w.cents + excluded.cents`,
        [dayNumbered(mondayOfWeek), ...rapidRows.values(rapid)],
      );
    }
    if (released.length > 0) {
      await tx.query(
        `INSERT INTO site_hour AS h (site, hour, cents)
         SELECT n.site, $1, sum(n.cents) FROM ${releasedRows.sql} GROUP BY n.site
         ON CONFLICT (site, hour) DO UPDATE SET cents = h.cents + excluded.cents`,
        [
          new Date(hourMs),
          ...releasedRows.values(released.map(({ site, cents }) => ({ site: site ?? NO_SITE, cents }))),
        ],
      );
    }
  }
}
