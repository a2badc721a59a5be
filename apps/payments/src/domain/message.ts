import type { HouseholdState, ReadyItem, Status } from './household.js';
import { presentSlots, type Obligation } from './obligation.js';
import { endOf } from './plan.js';

/** As many codes fit into a message; the others follow as these are collected. */
export const ITEMS_SHOWN_MAX = 4;

export type HouseholdEvent =
  | {
      readonly type: 'outcome';
      readonly status: Status;
      readonly reasons: readonly string[];
      readonly version: number;
      readonly highestRequest: number;
      readonly amountCents: bigint | undefined;
      readonly items: readonly ReadyItem[];
    }
  | { readonly type: 'notice'; readonly template: 'update' | 'ready'; readonly version: number }
  | { readonly type: 'grant-closed'; readonly grant: string; readonly ended: 'paid' | 'cancelled' };

/** Tells what has changed since the household, and eligibility, were last told. */
export function report(
  household: HouseholdState,
  obligations: ReadonlyMap<string, Obligation>,
  nowMs: number,
): { readonly state: HouseholdState; readonly events: readonly HouseholdEvent[] } {
  const events: HouseholdEvent[] = [];
  const grants = household.grants.map((grant) => {
    const obligation = obligations.get(grant.obligation);
    if (grant.isClosedTold || obligation?.status !== 'closed') return grant;
    events.push({ type: 'grant-closed', grant: grant.grant, ended: endOf(obligation) });
    return { ...grant, isClosedTold: true };
  });
  const told = { ...household, grants };
  const status = statusOf(told, obligations);
  if (status === undefined) return { state: told, events };
  const reasons = status === 'approved' ? ['being-prepared'] : [];
  const amountCents = amountOf(told, obligations);
  const text = textOf(told, status, amountCents);
  if (text === household.said.text) return { state: told, events };
  const version = Math.max(household.said.version + 1, nowMs);
  events.push({
    type: 'outcome',
    status,
    reasons,
    version,
    highestRequest: household.highestRequest,
    amountCents,
    items: household.items.slice(0, ITEMS_SHOWN_MAX),
  });
  const template = noticeFor(told, status);
  if (template !== undefined) events.push({ type: 'notice', template, version });
  return { state: { ...told, said: { text, status, itemsReady: told.items.length, version } }, events };
}

/** Without a payout choice there is no key to seal an answer to: payments is silent, and eligibility has spoken. */
function statusOf(household: HouseholdState, obligations: ReadonlyMap<string, Obligation>): Status | undefined {
  if (household.payout === undefined || household.grants.length === 0) return undefined;
  if (household.items.length > 0) return 'ready-to-collect';
  const known = household.grants.flatMap(({ obligation }) => obligations.get(obligation) ?? []);
  const open = known.filter(({ status }) => status !== 'closed');
  if (open.length === 0) return known.some((obligation) => endOf(obligation) === 'paid') ? 'collected' : 'closed';
  if (!household.isPresent) return 'come-and-confirm';
  return open.every(({ status }) => status === 'waiting-list') ? 'waiting-list' : 'approved';
}

function amountOf(household: HouseholdState, obligations: ReadonlyMap<string, Obligation>): bigint | undefined {
  const total = household.grants.reduce((sum, { obligation }) => {
    const owed = obligations.get(obligation);
    if (owed === undefined) return sum;
    const voided = presentSlots(owed).filter(({ state }) => state === 'void');
    const gone = voided.reduce((lost, { amountCents }) => lost + amountCents, 0n);
    return owed.status === 'closed' && owed.slots.length === 0 ? sum : sum + owed.amountCents - gone;
  }, 0n);
  return total === 0n ? undefined : total;
}

function textOf(household: HouseholdState, status: Status, amountCents: bigint | undefined): string {
  const items = household.items
    .slice(0, ITEMS_SHOWN_MAX)
    .map(({ obligation, slot, sealedCode }) => [obligation, slot, sealedCode.slice(0, 16)]);
  return JSON.stringify([status, String(amountCents ?? ''), household.highestRequest, items]);
}

/** A household that nobody has seen is sent nothing: its number may be somebody else's. */
function noticeFor(household: HouseholdState, status: Status): 'update' | 'ready' | undefined {
  if (!household.isPresent) return undefined;
  if (status === 'ready-to-collect') return household.items.length > household.said.itemsReady ? 'ready' : undefined;
  if (status === 'waiting-list') return household.said.status === 'waiting-list' ? undefined : 'update';
  return undefined;
}
