import { decide, type Decision, type GrantDecided, type GrantKind } from './decide.js';
import { dayAt } from './period.js';
import type { Facts, Policy, Surroundings } from './policy.js';

/** Everything that eligibility holds about a case. Messages come in any order, so every part may be the first. */
export interface CaseState {
  readonly submitted: Submitted | undefined;
  /** Of an application that was forgotten because it was withdrawn, its day: its grants are named by it. */
  readonly forgottenDay?: number;
  /** The latest day of anything that was said about it, days since 1970-01-01. */
  readonly lastDay: number;
  /** The highest request of each kind; a withdrawal wins for good. */
  readonly requests: { readonly withdrawn: boolean; readonly evidence: Evidence | undefined; readonly appeal: number };
  readonly highestRequest: number;
  readonly settled: Settled | undefined;
  readonly said: Said;
}

export interface Submitted {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly facts: Facts;
  readonly around: Surroundings;
}

export type Verdict = 'approve' | 'decline';

/** What a person said, who has ever said something about this case, and the highest appeal that had been filed then. */
interface Settled {
  readonly verdict: Verdict;
  /** The last one has spoken last. */
  readonly reviewers: readonly string[];
  readonly afterAppeal: number;
}

interface Evidence {
  readonly n: number;
  readonly evidenceClass: string;
}

export type Status = 'approved' | 'being-looked-at' | 'show-something' | 'not-approved' | 'closed';

/** What others have been told, so that only what has changed is told. */
export interface Said {
  readonly status: Status | undefined;
  readonly reasons: readonly string[];
  readonly grants: readonly SaidGrant[];
  readonly requestShown: number;
  readonly version: number;
}

export interface SaidGrant {
  readonly kind: GrantKind;
  readonly amountCents: bigint;
  /** `lapsed`: given back because nobody came, and to be paid after all when somebody does in time. */
  readonly state: 'awarded' | 'cancelled' | 'ended' | 'lapsed';
  /** Of the award, days since 1970-01-01. */
  readonly day: number;
  readonly endedDay?: number;
}

export const newCase: CaseState = {
  submitted: undefined,
  lastDay: 0,
  requests: { withdrawn: false, evidence: undefined, appeal: 0 },
  highestRequest: 0,
  settled: undefined,
  said: { status: undefined, reasons: [], grants: [], requestShown: 0, version: 0 },
};

export type CaseCommand =
  | ({ readonly type: 'submit' } & Submitted)
  | { readonly type: 'show-evidence'; readonly n: number; readonly evidenceClass: string }
  | { readonly type: 'appeal'; readonly n: number }
  | { readonly type: 'withdraw'; readonly n: number }
  | { readonly type: 'settle'; readonly verdict: Verdict; readonly reviewer: string }
  | {
      readonly type: 'grant-ended';
      readonly kind: GrantKind;
      readonly how: 'paid' | 'cancelled' | 'returned' | 'expired';
      readonly day: number;
    };

export type CaseEvent =
  | {
      readonly type: 'grant-awarded';
      readonly kind: GrantKind;
      readonly amountCents: bigint;
      readonly tier: number;
      readonly rules: readonly string[];
      readonly version: number;
      readonly reviewer: string | undefined;
    }
  | {
      readonly type: 'grant-cancelled';
      readonly kind: GrantKind;
      readonly version: number;
      readonly reason: 'withdrawn' | 'decided-again';
    }
  | {
      readonly type: 'outcome';
      readonly status: Status;
      readonly reasons: readonly string[];
      readonly version: number;
      readonly highestRequest: number;
      readonly amountCents: bigint | undefined;
      /** When something was first granted: some days later payments has spoken, or does not know how to pay. */
      readonly awardedDay: number | undefined;
    }
  | { readonly type: 'notice'; readonly template: 'update' | 'need'; readonly version: number };

/** Takes a command into the case. The same wishes of a household in any order give the same case. */
export function evolve(state: CaseState, command: CaseCommand, policy: Pick<Policy, 'evidenceClasses'>): CaseState {
  switch (command.type) {
    case 'submit':
      // One live case per household: a second submission under the same keys changes nothing.
      return state.submitted === undefined && state.forgottenDay === undefined
        ? { ...state, submitted: { day: command.day, facts: command.facts, around: command.around } }
        : state;
    case 'show-evidence': {
      const { evidence } = state.requests;
      // A class that the profile does not know is no evidence, and takes none away.
      const isEvidence = policy.evidenceClasses.includes(command.evidenceClass);
      const isNewer = isEvidence && (evidence === undefined || evidence.n < command.n);
      const next = isNewer ? { n: command.n, evidenceClass: command.evidenceClass } : evidence;
      return asked(state, command.n, { ...state.requests, evidence: next });
    }
    case 'appeal':
      return asked(state, command.n, { ...state.requests, appeal: Math.max(state.requests.appeal, command.n) });
    case 'withdraw':
      return asked(state, command.n, { ...state.requests, withdrawn: true });
    case 'settle':
      return {
        ...state,
        settled: {
          verdict: command.verdict,
          reviewers: [...(state.settled?.reviewers ?? []), command.reviewer],
          afterAppeal: state.requests.appeal,
        },
      };
    case 'grant-ended': {
      const { kind, how, day } = command;
      const grants = state.said.grants.map((grant): SaidGrant => {
        if (grant.kind !== kind || grant.endedDay !== undefined) return grant;
        if (grant.state !== 'awarded') return { ...grant, endedDay: day };
        return { ...grant, state: how === 'expired' ? 'lapsed' : 'ended', endedDay: day };
      });
      return { ...state, said: { ...state.said, grants } };
    }
  }
}

function asked(state: CaseState, n: number, requests: CaseState['requests']): CaseState {
  // Who has withdrawn asks for nothing else any more, and nothing of what was asked is kept.
  const kept = requests.withdrawn ? { withdrawn: true, evidence: undefined, appeal: 0 } : requests;
  return { ...state, requests: kept, highestRequest: Math.max(state.highestRequest, n) };
}

interface Wanted {
  readonly status: Status;
  readonly reasons: readonly string[];
  readonly grants: readonly GrantDecided[];
  readonly decision: Decision | undefined;
}

/** What should be so, by everything known now; undefined while the application itself has not come. */
function wanted(state: CaseState, policy: Policy): Wanted | undefined {
  const { submitted, requests, settled } = state;
  if (submitted === undefined && state.forgottenDay === undefined) return undefined;
  if (requests.withdrawn || submitted === undefined) {
    return { status: 'closed', reasons: ['withdrawn'], grants: [], decision: undefined };
  }
  const isAppealed = requests.appeal > (settled?.afterAppeal ?? 0);
  if (settled?.verdict === 'decline') {
    return isAppealed
      ? { status: 'being-looked-at', reasons: ['appeal'], grants: [], decision: undefined }
      : { status: 'not-approved', reasons: ['a-person-decided'], grants: [], decision: undefined };
  }
  const decision = decide({ ...asShown(submitted, requests), isSettled: settled?.verdict === 'approve' }, policy);
  const { reasons } = decision;
  if (decision.outcome === 'approve') return { status: 'approved', reasons, grants: decision.grants, decision };
  return {
    status: decision.outcome === 'review' ? 'being-looked-at' : 'show-something',
    reasons,
    grants: [],
    decision,
  };
}

/** The application with the evidence that was shown since. */
function asShown(submitted: Submitted, { evidence }: CaseState['requests']): Submitted {
  if (evidence === undefined) return submitted;
  return { ...submitted, facts: { ...submitted.facts, evidenceClass: evidence.evidenceClass } };
}

/** Reviewers that one case can have: after so many appeals it is a matter for a court. */
const REVIEWERS_MAX = 12;

/** Whether this person may decide now. An appeal goes to somebody who has not decided about this case before. */
export function maySettle(state: CaseState, reviewer: string): 'yes' | 'not-waiting' | 'same-person' {
  const reviewers = state.settled?.reviewers ?? [];
  if (state.said.status !== 'being-looked-at' || reviewers.length >= REVIEWERS_MAX) return 'not-waiting';
  return reviewers.includes(reviewer) ? 'same-person' : 'yes';
}

export interface ReviewView {
  readonly facts: Facts;
  readonly around: Pick<Surroundings, 'tokensShared' | 'contactShared'>;
  readonly isAppeal: boolean;
  /** Why a person looks at it. */
  readonly why: readonly string[];
}

/** What a reviewer is shown of a case: facts, never keys or anything that it could be told by elsewhere. */
export function viewOf(state: CaseState, policy: Policy): ReviewView | undefined {
  const { submitted, requests, settled } = state;
  if (submitted === undefined) return undefined;
  const shown = asShown(submitted, requests);
  const { tokensShared, contactShared } = submitted.around;
  const { rules } = decide({ ...shown, isSettled: false }, policy);
  const isAppeal = settled?.verdict === 'decline';
  return { facts: shown.facts, around: { tokensShared, contactShared }, isAppeal, why: rules };
}

/** Tells what has changed since others were last told. `nowMs` only makes versions grow across restarts. */
export function react(
  state: CaseState,
  policy: Policy,
  nowMs: number,
): { state: CaseState; events: readonly CaseEvent[] } {
  const want = wanted(state, policy);
  if (want === undefined) return { state, events: [] };
  const version = Math.max(state.said.version + 1, nowMs);
  const events: CaseEvent[] = [];
  const grants = state.said.grants.map((grant): SaidGrant => {
    const isWanted = want.grants.some(({ kind }) => kind === grant.kind);
    // One that has lapsed may have been taken up again since.
    if (isWanted || grant.state === 'cancelled' || grant.state === 'ended') return grant;
    const reason = state.requests.withdrawn ? 'withdrawn' : 'decided-again';
    events.push({ type: 'grant-cancelled', kind: grant.kind, version, reason });
    return { ...grant, state: 'cancelled' };
  });
  for (const { kind, amountCents } of want.grants) {
    // Cancelling is final: a grant that was ever said is never said again under the same id.
    if (grants.some((grant) => grant.kind === kind)) continue;
    grants.push({ kind, amountCents, state: 'awarded', day: dayAt(nowMs) });
    const { tier = 1, rules = [] } = want.decision ?? {};
    events.push({
      type: 'grant-awarded',
      kind,
      amountCents,
      tier,
      rules,
      version,
      reviewer: state.settled?.reviewers.at(-1),
    });
  }
  if (!isTold(state, want)) {
    events.push({
      type: 'outcome',
      status: want.status,
      reasons: want.reasons,
      version,
      highestRequest: state.highestRequest,
      amountCents: totalOf(grants),
      awardedDay: want.status === 'approved' ? grants.at(0)?.day : undefined,
    });
    const template = want.status === state.said.status ? undefined : noticeFor(want);
    if (template !== undefined) events.push({ type: 'notice', template, version });
  }
  if (events.length === 0) return { state, events };
  const said: Said = {
    status: want.status,
    reasons: want.reasons,
    grants,
    requestShown: state.highestRequest,
    version,
  };
  return { state: { ...state, said }, events };
}

function isTold({ said, highestRequest }: CaseState, want: Wanted): boolean {
  return (
    said.status === want.status && said.reasons.join() === want.reasons.join() && said.requestShown === highestRequest
  );
}

function totalOf(grants: readonly SaidGrant[]): bigint | undefined {
  const total = grants.reduce((sum, grant) => (grant.state === 'cancelled' ? sum : sum + grant.amountCents), 0n);
  return total === 0n ? undefined : total;
}

/** A household whose money is ready is told so by payments; a second text in the same minute would only be noise. */
function noticeFor({ status, grants }: Wanted): 'update' | 'need' | undefined {
  if (status === 'show-something') return 'need';
  if (status === 'approved' && grants.some(({ kind }) => kind === 'rapid')) return undefined;
  return status === 'closed' ? undefined : 'update';
}
