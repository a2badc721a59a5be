import { columns } from '#libs/database';
import type { Obligation, Instrument } from '../domain/obligation.js';
import type { FundView } from '../domain/planning.js';

/** Rows of the ledger as the database returns them. */
export interface InstrumentRow {
  readonly obligation: Buffer;
  readonly number: number;
  readonly generation: number;
  readonly amount_cents: string;
  readonly payout_method: string;
  readonly site: string | null;
  readonly state: Instrument['state'];
  readonly secret_lost: boolean;
  readonly claimed: boolean;
  readonly inquire_first: boolean;
}

export interface FundRow {
  readonly code: string;
  readonly payout_methods: readonly string[];
  readonly may_pay_grants: boolean;
  readonly available: string;
  readonly rapid_left: string;
}

export interface ObligationRow {
  readonly id: Buffer;
  readonly kind: Obligation['kind'];
  readonly amount_cents: string;
  readonly needs: readonly string[];
  readonly tier: number;
  readonly service_area: string;
  readonly status: Obligation['status'];
  readonly fund: string | null;
  readonly rail_name: Buffer | null;
}

export function fundOf(row: FundRow): FundView {
  return {
    code: row.code,
    payoutMethods: row.payout_methods,
    mayPayGrants: row.may_pay_grants,
    availableCents: BigInt(row.available),
    rapidLeftCents: BigInt(row.rapid_left),
  };
}

export function obligationOf(row: ObligationRow, id: string, instruments: readonly InstrumentRow[]): Obligation {
  return {
    id,
    kind: row.kind,
    amountCents: BigInt(row.amount_cents),
    needs: row.needs,
    tier: row.tier,
    serviceArea: row.service_area,
    status: row.status,
    fund: row.fund ?? undefined,
    ...(row.rail_name === null ? {} : { railName: row.rail_name.toString('base64url') }),
    instruments: instruments.map((instrument) => ({
      number: instrument.number,
      generation: instrument.generation,
      amountCents: BigInt(instrument.amount_cents),
      payoutMethod: instrument.payout_method,
      site: instrument.site ?? undefined,
      state: instrument.state,
      isSecretLost: instrument.secret_lost,
      isClaimed: instrument.claimed,
      inquireFirst: instrument.inquire_first,
    })),
  };
}

/** Columns of the rows that a change writes into each table, after the parameters that all rows share. */
export const obligationRows = columns(
  {
    id: 'bytea',
    kind: 'text',
    amount_cents: 'bigint',
    needs: 'text',
    tier: 'smallint',
    service_area: 'text',
    status: 'text',
    fund: 'text',
    decision_trace: 'jsonb',
    order_key: 'bytea',
    rail_name: 'bytea',
  },
  { from: 3 },
);
export const instrumentRows = columns(
  {
    obligation: 'bytea',
    number: 'smallint',
    generation: 'smallint',
    amount_cents: 'bigint',
    payout_method: 'text',
    site: 'text',
    state: 'text',
    secret_lost: 'boolean',
    reference: 'bytea',
    due: 'timestamptz',
    inquire_first: 'boolean',
  },
  { from: 2 },
);
export const entryRows = columns(
  { account: 'text', cents: 'bigint', obligation: 'bytea' },
  { from: 2, as: 'e', ordinal: 'line' },
);
export const balanceRows = columns({ name: 'text', cents: 'bigint' });
export const rapidRows = columns({ fund: 'text', cents: 'bigint' }, { from: 2 });
export const releasedRows = columns({ site: 'text', cents: 'bigint' }, { from: 2 });
