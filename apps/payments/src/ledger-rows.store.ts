import type { Obligation, Slot } from './domain/obligation.js';

/** The books' rows, as the database gives them. */
export interface SlotRow {
  readonly obligation: Buffer;
  readonly slot: number;
  readonly generation: number;
  readonly amount_cents: string;
  readonly way: string;
  readonly site: string | null;
  readonly state: Slot['state'];
  readonly secret_lost: boolean;
  readonly taken_up: boolean;
  readonly careful: boolean;
}

export interface FundRow {
  readonly code: string;
  readonly ways: readonly string[];
  readonly may_pay_grants: boolean;
  readonly available: string;
  readonly given: string;
  readonly rapid: string;
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
}

export function obligationOf(row: ObligationRow, id: string, slots: readonly SlotRow[]): Obligation {
  return {
    id,
    kind: row.kind,
    amountCents: BigInt(row.amount_cents),
    needs: row.needs,
    tier: row.tier,
    serviceArea: row.service_area,
    status: row.status,
    fund: row.fund ?? undefined,
    slots: slots.map((slot) => ({
      slot: slot.slot,
      generation: slot.generation,
      amountCents: BigInt(slot.amount_cents),
      way: slot.way,
      site: slot.site ?? undefined,
      state: slot.state,
      isSecretLost: slot.secret_lost,
      isTakenUp: slot.taken_up,
      isCareful: slot.careful,
    })),
  };
}
