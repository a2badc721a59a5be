import {
  isUnknownNewest,
  wanted,
  type Announced,
  type AnnouncedGrant,
  type CaseEvent,
  type CaseState,
  type Wanted,
} from './case.js';
import { dayAt } from './period.js';
import type { Policy } from './policy.js';

/** Messages, and the case after them. */
interface Reaction {
  readonly state: CaseState;
  readonly events: readonly CaseEvent[];
}

/** The events that bring others up to date. `nowMs` makes versions grow across restarts and has no other use. */
export function react(state: CaseState, policy: Policy, nowMs: number): Reaction {
  const want = wanted(state, policy);
  if (want === undefined) return { state, events: [] };
  const version = Math.max(state.announced.version + 1, (state.told?.version ?? 0) + 1, nowMs);
  const granted = grantsOf(state, want, { version, nowMs });
  if (!state.isSeen) return tell(state, want, { granted, version, nowMs });
  if (granted.events.length === 0 && isAnnounced(state, want)) return { state, events: [] };
  const outcome = isAnnounced(state, want) ? [] : announce(state, want, { grants: granted.grants, version });
  const announced = announcedOf(state, want, { grants: granted.grants, version });
  return { state: { ...state, announced, told: undefined }, events: [...granted.events, ...outcome] };
}

/**
 * The messages about a case that nobody has seen: grants go to payments, which holds them back, and the household reads
 * what follows from its own messages alone. The number, the time and the version of its messages follow from them, too.
 */
function tell(
  state: CaseState,
  want: Wanted,
  { granted, version: latest, nowMs }: { readonly granted: Granted; readonly version: number; readonly nowMs: number },
): Reaction {
  const { requests, highestRequest, told } = state;
  const status = requests.withdrawn ? 'closed' : state.submitted === undefined ? 'ask-a-person' : 'come-and-confirm';
  const reasons = requests.withdrawn ? ['withdrawn'] : isUnknownNewest(state) ? ['ask-a-person'] : [];
  const announced = announcedOf(state, want, {
    grants: granted.grants,
    version: granted.events.length > 0 ? latest : state.announced.version,
  });
  const isTold =
    told?.status === status && told.reasons.join() === reasons.join() && told.requestShown === highestRequest;
  if (isTold) return { state: { ...state, announced }, events: granted.events };
  const version = Math.max((told?.version ?? 0) + 1, nowMs);
  const outcome = { status, reasons, version, highestRequest, amountCents: undefined, awardedDay: undefined } as const;
  return {
    state: { ...state, announced, told: { status, reasons, requestShown: highestRequest, version } },
    events: [...granted.events, { type: 'outcome', ...outcome }],
  };
}

interface Granted {
  readonly grants: readonly AnnouncedGrant[];
  readonly events: readonly CaseEvent[];
}

/** Cancels grants that are no longer wanted, and awards new ones. */
function grantsOf(
  state: CaseState,
  want: Wanted,
  { version, nowMs }: { readonly version: number; readonly nowMs: number },
): Granted {
  const events: CaseEvent[] = [];
  const grants = state.announced.grants.map((grant): AnnouncedGrant => {
    const isWanted = want.grants.some(({ kind }) => kind === grant.kind);
    // Payments may have reopened a lapsed grant since then.
    if (isWanted || grant.state === 'cancelled' || grant.state === 'ended') return grant;
    const reason = state.requests.withdrawn ? 'withdrawn' : 'decided-again';
    events.push({ type: 'grant-cancelled', kind: grant.kind, version, reason });
    return { ...grant, state: 'cancelled' };
  });
  for (const { kind, amountCents } of want.grants) {
    // A cancellation is final. A grant is never awarded twice under one id.
    if (grants.some((grant) => grant.kind === kind)) continue;
    grants.push({ kind, amountCents, state: 'awarded', day: dayAt(nowMs) });
    const { tier = 1, rules = [] } = want.decision?.outcome === 'approve' ? want.decision : {};
    events.push({
      type: 'grant-awarded',
      kind,
      amountCents,
      tier,
      rules,
      version,
      reviewer: state.resolved?.reviewers.at(-1),
    });
  }
  return { grants, events };
}

interface Changed {
  readonly grants: readonly AnnouncedGrant[];
  readonly version: number;
}

function announce(state: CaseState, want: Wanted, { grants, version }: Changed): readonly CaseEvent[] {
  const outcome: CaseEvent = {
    type: 'outcome',
    status: want.status,
    reasons: want.reasons,
    version,
    highestRequest: state.highestRequest,
    amountCents: totalOf(grants),
    awardedDay: want.status === 'approved' ? grants.at(0)?.day : undefined,
  };
  const isNews = state.told !== undefined || want.status !== state.announced.status;
  const template = isNews ? noticeFor(want) : undefined;
  return template === undefined ? [outcome] : [outcome, { type: 'notice', template, version }];
}

function announcedOf({ highestRequest }: CaseState, want: Wanted, { grants, version }: Changed): Announced {
  return { status: want.status, reasons: want.reasons, grants, requestShown: highestRequest, version };
}

function isAnnounced({ announced, told, highestRequest }: CaseState, want: Wanted): boolean {
  return (
    told === undefined &&
    announced.status === want.status &&
    announced.reasons.join() === want.reasons.join() &&
    announced.requestShown === highestRequest
  );
}

function totalOf(grants: readonly AnnouncedGrant[]): bigint | undefined {
  const total = grants.reduce((sum, grant) => (grant.state === 'cancelled' ? sum : sum + grant.amountCents), 0n);
  return total === 0n ? undefined : total;
}

/** Payments sends a text when money is ready. Eligibility sends no second text in that case. */
function noticeFor({ status, grants }: Wanted): 'update' | 'need' | undefined {
  if (status === 'show-something' || status === 'ask-a-person') return 'need';
  if (status === 'approved' && grants.some(({ kind }) => kind === 'rapid')) return undefined;
  return status === 'closed' ? undefined : 'update';
}
