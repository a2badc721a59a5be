import { dayNumberOf } from './calendar.js';
import {
  hasChosen,
  hasUnknownChoice,
  isUnseen,
  type GrantOfHousehold,
  type HouseholdState,
  type ReadyItem,
  type Status,
} from './household.js';
import { isOut, presentInstruments, type Obligation } from './obligation.js';
import { endOf } from './plan.js';

/** A message has room for this many codes. The others follow when these are collected. */
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
  /** Somebody has seen a household that had applied from home, or may have. */
  | { readonly type: 'presence-confirmed' }
  | { readonly type: 'grant-closed'; readonly grant: string; readonly ended: GrantEnd };

/** `expired`: nobody collected in time. The household can ask again for a while. */
type GrantEnd = 'paid' | 'cancelled' | 'expired';

/**
 * Tells eligibility once that somebody has seen the household. A first choice at a kiosk needs no word: intake tells
 * eligibility of the kiosk with the facts.
 */
export function confirmPresence(state: HouseholdState): {
  readonly state: HouseholdState;
  readonly events: readonly HouseholdEvent[];
} {
  if (state.presence === undefined || state.isPresenceTold) return { state, events: [] };
  return { state: { ...state, isPresenceTold: true }, events: [{ type: 'presence-confirmed' }] };
}

/** Reports changes since the last report to the household and to eligibility. */
export function report(
  before: HouseholdState,
  obligations: ReadonlyMap<string, Obligation>,
  nowMs: number,
): { readonly state: HouseholdState; readonly events: readonly HouseholdEvent[] } {
  const { household, events } = ended(withoutRecalled(before, obligations), obligations, dayNumberOf(nowMs));
  const word = wordOf(household, obligations);
  if (word === undefined) return { state: household, events };
  const { status, reasons } = word;
  const isAmountSaid = !household.isWithdrawn && !isUnseen(household);
  const amountCents = isAmountSaid ? amountOf(household, obligations) : undefined;
  const text = textOf(household, word, amountCents);
  if (text === household.reported.text) return { state: household, events };
  const version = Math.max(household.reported.version + 1, nowMs);
  events.push({
    type: 'outcome',
    status,
    reasons,
    version,
    highestRequest: household.highestRequest,
    amountCents,
    items: household.items.slice(0, ITEMS_SHOWN_MAX),
  });
  const template = noticeFor(household, status);
  if (template !== undefined) events.push({ type: 'notice', template, version });
  return { state: { ...household, reported: { text, status, itemsReady: household.items.length, version } }, events };
}

/** A code that is taken back is no longer shown. */
function withoutRecalled(household: HouseholdState, obligations: ReadonlyMap<string, Obligation>): HouseholdState {
  const items = household.items.filter((item) => {
    const obligation = obligations.get(item.obligation);
    return (
      obligation === undefined ||
      presentInstruments(obligation).some((instrument) => instrument.number === item.number && isOut(instrument))
    );
  });
  return items.length === household.items.length ? household : { ...household, items };
}

/** Ends grants, for good or for now, and reports each end once. */
function ended(
  household: HouseholdState,
  obligations: ReadonlyMap<string, Obligation>,
  today: number,
): { readonly household: HouseholdState; readonly events: HouseholdEvent[] } {
  const events: HouseholdEvent[] = [];
  const grants = household.grants.map((grant): GrantOfHousehold => {
    const obligation = obligations.get(grant.obligation);
    if (obligation === undefined || grant.ended !== undefined) return grant;
    const isBack = grant.lapsed !== undefined && obligation.status === 'open';
    if (obligation.status !== 'closed' && !isBack) return grant;
    const how = endOf(obligation) === 'paid' ? 'paid' : grant.lapsed !== undefined ? 'expired' : 'cancelled';
    if (!grant.isClosedTold) events.push({ type: 'grant-closed', grant: grant.grant, ended: how });
    return { ...grant, isClosedTold: true, ...(isBack ? {} : { ended: { day: today, how } }) };
  });
  const isSame = grants.every((grant, at) => grant === household.grants[at]);
  return { household: isSame ? household : { ...household, grants }, events };
}

interface Word {
  readonly status: Status;
  readonly reasons: readonly string[];
}

function wordOf(household: HouseholdState, obligations: ReadonlyMap<string, Obligation>): Word | undefined {
  if (!hasUnknownChoice(household)) return wordOfMoney(household, obligations);
  if (household.isWithdrawn) return { status: 'closed', reasons: ['withdrawn'] };
  const word = wordOfMoney(household, obligations);
  if (word === undefined) return { status: 'ask-a-person', reasons: [] };
  return { ...word, reasons: [...word.reasons, 'ask-a-person'] };
}

/** Without a payout choice there is no key to seal an answer, so payments reports nothing; eligibility has answered. */
function wordOfMoney(household: HouseholdState, obligations: ReadonlyMap<string, Obligation>): Word | undefined {
  const { grants, isWithdrawn, items } = household;
  if (!hasChosen(household)) return undefined;
  if (isWithdrawn) return { status: 'closed', reasons: ['withdrawn'] };
  if (isUnseen(household)) return beforePresence(household);
  // The household was seen and waits for a decision: eligibility has the word.
  if (grants.length === 0) return household.presence === undefined ? undefined : { status: 'received', reasons: [] };
  if (items.length > 0) return { status: 'ready-to-collect', reasons: [] };
  const known = grants.flatMap((grant) => {
    const obligation = obligations.get(grant.obligation);
    return obligation === undefined ? [] : [{ grant, obligation }];
  });
  const open = known.filter(
    ({ grant, obligation }) => obligation.status !== 'closed' && grant.lapsed === undefined && !grant.isCancelled,
  );
  if (open.length === 0) {
    if (known.some(({ obligation }) => endOf(obligation) === 'paid')) return { status: 'collected', reasons: [] };
    const isForNow = known.some(
      ({ grant, obligation }) => grant.lapsed !== undefined && obligation.status !== 'closed',
    );
    return { status: 'closed', reasons: isForNow ? ['nobody-came-in-time', 'can-be-reopened'] : [] };
  }
  const isWaiting = open.every(({ obligation }) => obligation.status === 'waiting-list');
  return isWaiting ? { status: 'waiting-list', reasons: [] } : { status: 'approved', reasons: ['being-prepared'] };
}

/** The same for every household that nobody has seen, with a grant or without one. */
function beforePresence({ isUnseenOver }: HouseholdState): Word {
  if (isUnseenOver) return { status: 'closed', reasons: ['nobody-came-in-time', 'can-be-reopened'] };
  return { status: 'come-and-confirm', reasons: [] };
}

function amountOf(household: HouseholdState, obligations: ReadonlyMap<string, Obligation>): bigint | undefined {
  const total = household.grants.reduce((sum, { obligation, lapsed, isCancelled }) => {
    const owed = obligations.get(obligation);
    if (owed === undefined || (lapsed !== undefined && owed.instruments.length === 0)) return sum;
    if (isCancelled) return sum + collectedCents(owed);
    const voided = presentInstruments(owed).filter(({ state }) => state === 'void');
    const gone = voided.reduce((lost, { amountCents }) => lost + amountCents, 0n);
    return owed.status === 'closed' && owed.instruments.length === 0 ? sum : sum + owed.amountCents - gone;
  }, 0n);
  return total === 0n ? undefined : total;
}

/** Of a cancelled obligation, only collected money belongs to the household. */
function collectedCents(obligation: Obligation): bigint {
  const collected = presentInstruments(obligation).filter(({ state }) => state === 'collected');
  return collected.reduce((sum, { amountCents }) => sum + amountCents, 0n);
}

function textOf(household: HouseholdState, { status, reasons }: Word, amountCents: bigint | undefined): string {
  const items = household.items
    .slice(0, ITEMS_SHOWN_MAX)
    .map(({ obligation, number, sealedCode }) => [obligation, number, sealedCode.slice(0, 16)]);
  return JSON.stringify([status, reasons, String(amountCents ?? ''), household.highestRequest, items]);
}

/** A household that nobody has seen gets no text message, because its number may belong to somebody else. */
function noticeFor(household: HouseholdState, status: Status): 'update' | 'ready' | undefined {
  if (!household.isPresent) return undefined;
  if (status === 'ready-to-collect')
    return household.items.length > household.reported.itemsReady ? 'ready' : undefined;
  const isNews = status === 'waiting-list' || status === 'ask-a-person';
  if (isNews) return household.reported.status === status ? undefined : 'update';
  return undefined;
}
