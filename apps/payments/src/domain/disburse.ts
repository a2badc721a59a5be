import { lapseOf, passDay, waitForPresence, type Clocks } from './clocks.js';
import {
  apply,
  isUnseen,
  siteOf,
  type GrantOfHousehold,
  type HouseholdCommand,
  type HouseholdState,
} from './household.js';
import type { LedgerChange, LedgerView } from './ledger.js';
import { confirmPresence, report, type HouseholdEvent } from './message.js';
import type { Obligation } from './obligation.js';
import { plan } from './plan.js';
import type { PaymentPolicy, PlanInput } from './planning.js';
import { fundsAwaited } from './promise.js';
import { PendingLedgerChange } from './pending-ledger-change.js';
import { applyRailOutcome, resolveDispute } from './rail-outcome.js';
import type { EndedGrant, HouseholdKeys, HouseholdRecord, RailWork, Work } from './work.js';

/** The ledger's data about the households of one batch. */
export interface BooksOfBatch {
  /** Obligations that the ledger contains. */
  readonly obligations: ReadonlyMap<string, Obligation>;
  readonly view: LedgerView;
  /** Amount that can still be released without people at each site in this hour. */
  readonly siteLeft: ReadonlyMap<string | undefined, bigint>;
}

export interface Batch {
  readonly works: readonly Work[];
  /** Households after the commands of the works. */
  readonly households: ReadonlyMap<string, HouseholdRecord>;
  readonly books: BooksOfBatch;
  /** Arrivals are stored. Planning waits until people have lifted the freeze. */
  readonly isFrozen: boolean;
  /** The ledger was restored not long ago. */
  readonly inquireFirst: boolean;
}

/** Seals a collection code to its household before it is stored. */
export type SealCode = (
  keys: HouseholdKeys,
  code: { readonly payoutMethod: string; readonly amountCents: bigint; readonly code: string },
) => string;

export interface DisburseRules {
  /** Days since 1970-01-01. */
  readonly today: number;
  /** The day by which grants lapse. Earlier than `today` while the clocks are in doubt, so that nothing lapses. */
  readonly agingDay: number;
  readonly nowMs: number;
  readonly clocks: Clocks;
  readonly policy: PaymentPolicy;
  readonly sealCode: SealCode;
}

/** All results of one batch. */
export interface Disbursed {
  readonly change: LedgerChange;
  readonly households: ReadonlyMap<string, HouseholdRecord>;
  readonly ends: readonly EndedGrant[];
  readonly reports: readonly Report[];
  /** Households that wait since today to be seen. */
  readonly unseen: readonly string[];
  /** Links from new obligations to their households. */
  readonly links: readonly { readonly obligation: string; readonly householdRef: string }[];
}

export interface Report {
  readonly householdRef: string;
  readonly keys: HouseholdKeys | undefined;
  readonly events: readonly HouseholdEvent[];
}

interface State {
  readonly households: Map<string, HouseholdRecord>;
  readonly obligations: Map<string, Obligation>;
  /** Obligations that the ledger does not contain yet. */
  readonly fresh: ReadonlySet<string>;
  readonly pending: PendingLedgerChange;
  readonly inquireFirst: boolean;
}

/** Applies rail outcomes and clocks to a batch of households, plans their obligations, and reports the changes. */
export function disburse(batch: Batch, rules: DisburseRules): Disbursed {
  const { works, isFrozen } = batch;
  const state = stateOf(batch);
  const unseen = waitAll(state, rules);
  if (isFrozen) {
    for (const id of state.fresh) state.pending.add(state.obligations.get(id) as Obligation);
  } else {
    for (const { householdRef, rail } of works)
      if (rail !== undefined) applyRailWork(state, householdRef, { rail, rules });
    passDays(state, rules);
    planAll(state, new Set(works.flatMap(({ nextInLine = [] }) => nextInLine)), rules);
  }
  const change = state.pending.change(new Map(works.flatMap((work) => [...(work.decisionTraces ?? [])])));
  const told = confirmAll(state);
  const { ends, reports } = reportAll(state, rules, isFrozen);
  return { change, households: state.households, ends, reports: [...told, ...reports], links: linksOf(state), unseen };
}

/** Runs also while the ledger is frozen, because it touches no money. @returns households that wait since today */
function waitAll({ households }: State, { today, agingDay, clocks }: DisburseRules): readonly string[] {
  return [...households].flatMap(([householdRef, record]) => {
    const state = waitForPresence(record.state, today, clocks, agingDay);
    households.set(householdRef, { ...record, state });
    return record.state.unseenSince === undefined && state.unseenSince !== undefined ? [householdRef] : [];
  });
}

function confirmAll({ households }: State): readonly Report[] {
  return [...households].flatMap(([householdRef, { state: before, keys }]) => {
    const { state, events } = confirmPresence(before);
    households.set(householdRef, { state, keys });
    return events.length === 0 ? [] : [{ householdRef, keys, events }];
  });
}

function stateOf({ households, books, inquireFirst }: Batch): State {
  const grants = [...households.values()].flatMap(({ state }) => state.grants);
  const obligations = new Map(
    grants.map((grant) => [grant.obligation, books.obligations.get(grant.obligation) ?? openOf(grant)]),
  );
  return {
    households: new Map(households),
    obligations,
    fresh: new Set([...obligations.keys()].filter((id) => !books.obligations.has(id))),
    pending: new PendingLedgerChange(books.view, books.siteLeft),
    inquireFirst: inquireFirst,
  };
}

function openOf(grant: GrantOfHousehold): Obligation {
  const { obligation: id, kind, amountCents, needs, tier, serviceArea } = grant;
  return { id, kind, amountCents, needs, tier, serviceArea, status: 'open', fund: undefined, instruments: [] };
}

/** Applies the outcome to the ledger and to the household's box, or to neither. */
function applyRailWork(
  { households, obligations, pending }: State,
  householdRef: string,
  { rail, rules }: { readonly rail: RailWork; readonly rules: DisburseRules },
): void {
  const obligation = obligations.get(rail.obligation);
  const household = households.get(householdRef);
  if (obligation === undefined || household === undefined) return;
  const { name } = rail;
  // Without the key of the household the code cannot be sealed, so the partner is asked for it again.
  const outcome = isUntellable(household, rail) ? ({ type: 'unknown' } as const) : rail.outcome;
  const grant = household.state.grants.find((each) => each.obligation === rail.obligation);
  const isEnding = grant === undefined || grant.isCancelled || grant.lapsed !== undefined;
  const applied =
    typeof outcome === 'string'
      ? resolveDispute(obligation, name, { resolution: outcome, isEnding })
      : applyRailOutcome(obligation, name, { outcome, isEnding });
  if (applied.obligation === obligation) return;
  obligations.set(rail.obligation, applied.obligation);
  pending.add(applied.obligation);
  pending.post(applied.postings);
  const command = commandFor(household, applied.obligation, { rail, rules });
  if (command !== undefined) households.set(householdRef, { ...household, state: apply(household.state, command) });
}

function isUntellable({ keys }: HouseholdRecord, { outcome }: RailWork): boolean {
  return typeof outcome !== 'string' && outcome.type === 'issued' && keys === undefined;
}

function commandFor(
  { keys }: HouseholdRecord,
  { id, instruments }: Obligation,
  { rail, rules }: { readonly rail: RailWork; readonly rules: DisburseRules },
): HouseholdCommand | undefined {
  const { outcome, name } = rail;
  if (typeof outcome === 'string') return undefined;
  const instrument = instruments.find((each) => each.number === name.number && each.generation === name.generation);
  if (instrument === undefined) return undefined;
  const { payoutMethod, amountCents } = instrument;
  if (outcome.type === 'collected' || outcome.type === 'contradiction') {
    return { type: 'item-gone', obligation: id, number: name.number };
  }
  if (outcome.type !== 'issued' || keys === undefined) return undefined;
  const sealedCode = rules.sealCode(keys, { payoutMethod, amountCents, code: outcome.code });
  const item = {
    obligation: id,
    number: name.number,
    payoutMethod: payoutMethod,
    amountCents,
    sealedCode,
    day: rules.today,
  };
  return { type: 'item-ready', item };
}

function passDays({ households, obligations }: State, { agingDay, clocks }: DisburseRules): void {
  for (const [householdRef, record] of households) {
    households.set(householdRef, { ...record, state: passDay(record.state, obligations, agingDay, clocks) });
  }
}

/**
 * Plans every obligation against the remaining money. Those that are next in line come first, in the order of the list.
 */
function planAll(
  { households, obligations, fresh, pending, inquireFirst }: State,
  nextInLine: ReadonlySet<string>,
  { agingDay, clocks, policy }: DisburseRules,
): void {
  const grants = [...households.values()].flatMap(({ state }) => state.grants.map((grant) => ({ ...grant, state })));
  const order = new Map([...nextInLine].map((id, at) => [id, at]));
  const orderOf = (id: string): number => order.get(id) ?? nextInLine.size;
  const inOrder = grants.toSorted((a, b) => orderOf(a.obligation) - orderOf(b.obligation));
  for (const grant of inOrder) {
    const { obligation: id, isCancelled, state } = grant;
    const obligation = obligations.get(id);
    if (obligation === undefined) continue;
    const site = siteOf(state);
    const input: PlanInput = {
      household: state,
      obligation,
      isCancelled,
      lapse: lapseOf(grant, agingDay, clocks),
      isNextInLine: nextInLine.has(id),
      money: pending.view(site),
      inquireFirst: inquireFirst,
    };
    const planned = plan(input, policy);
    obligations.set(id, planned.obligation);
    // A new obligation is written even if nothing could be done for it yet.
    if (planned.obligation !== obligation || fresh.has(id)) pending.add(planned.obligation);
    pending.apply(planned, site);
    pending.reserveFor(fundsAwaited({ ...input, obligation: planned.obligation }));
  }
}

/** Reports changes, and which grants ended. While the ledger is frozen, only what depends on no money. */
function reportAll(
  { households, obligations }: State,
  { nowMs }: DisburseRules,
  isFrozen: boolean,
): Pick<Disbursed, 'ends' | 'reports'> {
  const ends: EndedGrant[] = [];
  const reports: Report[] = [];
  for (const [householdRef, { state, keys }] of households) {
    const isWithoutMoney = state.grants.length === 0 || isUnseen(state);
    if (isFrozen && !isWithoutMoney) continue;
    if (isFrozen) {
      const reported = report(state, new Map(), nowMs);
      households.set(householdRef, { state: reported.state, keys });
      if (reported.events.length > 0) reports.push({ householdRef, keys, events: reported.events });
      continue;
    }
    // The earlier report stays valid until the rail has said what happened to the instrument.
    if (state.grants.some(({ obligation }) => isAskedAbout(obligations.get(obligation)))) continue;
    const reported = report(state, obligations, nowMs);
    ends.push(...endsOf(householdRef, state, reported.state.grants));
    households.set(householdRef, { state: reported.state, keys });
    reports.push({ householdRef, keys, events: reported.events });
  }
  return { ends, reports };
}

function endsOf(
  householdRef: string,
  before: HouseholdState,
  after: readonly GrantOfHousehold[],
): readonly EndedGrant[] {
  const { isWithdrawn } = before;
  const had = new Set(before.grants.filter(({ ended }) => ended !== undefined).map(({ grant }) => grant));
  return after.flatMap(({ grant, obligation, ended }) => {
    // A withdrawal also ends grants that are paid or expired but still kept.
    if (ended === undefined || (had.has(grant) && !isWithdrawn)) return [];
    return [{ grant, obligation, householdRef, isPaid: ended.how === 'paid', isWithdrawn }];
  });
}

/** True if the instrument may have been sent before the ledger was restored, and the rail has not answered yet. */
function isAskedAbout(obligation: Obligation | undefined): boolean {
  return (
    obligation?.instruments.some(
      ({ state, inquireFirst }) => inquireFirst && (state === 'intended' || state === 'unknown'),
    ) ?? false
  );
}

function linksOf({ households, fresh }: State): Disbursed['links'] {
  return [...households].flatMap(([householdRef, { state }]) =>
    state.grants
      .filter(({ obligation, ended }) => fresh.has(obligation) && ended === undefined)
      .map(({ obligation }) => ({ obligation, householdRef })),
  );
}
