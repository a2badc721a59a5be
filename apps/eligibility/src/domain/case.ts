import { decide, type ApprovalRule, type Decision, type GrantDecided, type GrantKind } from './decide.js';
import type { Facts, Policy, Surroundings } from './policy.js';

/** The state of a case. Messages arrive in any order, so that every part can be the first. */
export interface CaseState {
  readonly submitted: Submitted | undefined;
  /** An application came with a code that the city does not know. Nothing of its facts is stored. */
  readonly isUnknown?: boolean;
  /**
   * A kiosk or a navigator has seen the household. Before that it reads nothing that depends on the decision, because
   * the decision depends on the applications of others.
   */
  readonly isSeen: boolean;
  /** The last message to a household that nobody has seen. */
  readonly told: Told | undefined;
  /** The day of an application that was withdrawn and forgotten. The ids of its grants are derived from it. */
  readonly forgottenDay?: number;
  /** The latest day of a message about the case, days since 1970-01-01. */
  readonly lastDay: number;
  /** The latest day of a message of the household itself. */
  readonly ownDay: number;
  readonly requests: Requests;
  readonly highestRequest: number;
  readonly resolved: Resolved | undefined;
  readonly announced: Announced;
}

export interface Submitted {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly facts: Facts;
  readonly around: Surroundings;
}

export type Verdict = 'approve' | 'decline';

/** The last verdict, all reviewers of the case, and the highest appeal that was filed before the verdict. */
interface Resolved {
  readonly verdict: Verdict;
  /** In the order of their verdicts. */
  readonly reviewers: readonly string[];
  readonly afterAppeal: number;
}

/** The highest request of each kind. A withdrawal is final. */
export interface Requests {
  readonly withdrawn: boolean;
  readonly evidence: Evidence | undefined;
  /** The newest evidence whose class the city does not know. */
  readonly unknownEvidence: number;
  readonly appeal: number;
}

interface Evidence {
  readonly n: number;
  readonly evidenceClass: string;
}

export type Status = 'approved' | 'being-looked-at' | 'show-something' | 'ask-a-person' | 'not-approved' | 'closed';

/** The outcome that was published last. A comparison with it shows what has changed. */
export interface Announced {
  readonly status: Status | undefined;
  readonly reasons: readonly string[];
  readonly grants: readonly AnnouncedGrant[];
  readonly requestShown: number;
  readonly version: number;
}

/** What a household reads before somebody has seen it. It follows from the household's own messages alone. */
export interface Told {
  readonly status: 'come-and-confirm' | 'ask-a-person' | 'closed';
  readonly reasons: readonly string[];
  readonly requestShown: number;
  readonly version: number;
}

export interface AnnouncedGrant {
  readonly kind: GrantKind;
  readonly amountCents: bigint;
  /** `lapsed`: nobody collected in time, and the grant can still be reopened. */
  readonly state: 'awarded' | 'cancelled' | 'ended' | 'lapsed';
  /** The day of the award, days since 1970-01-01. */
  readonly day: number;
  readonly endedDay?: number;
}

export const newCase: CaseState = {
  submitted: undefined,
  isSeen: false,
  told: undefined,
  lastDay: 0,
  ownDay: 0,
  requests: { withdrawn: false, evidence: undefined, unknownEvidence: 0, appeal: 0 },
  highestRequest: 0,
  resolved: undefined,
  announced: { status: undefined, reasons: [], grants: [], requestShown: 0, version: 0 },
};

export type CaseCommand =
  | ({ readonly type: 'submit'; readonly isSeen: boolean } & Submitted)
  /** An application with a code that the city does not know. */
  | { readonly type: 'submit-unknown'; readonly isSeen: boolean }
  /** Payments reports that somebody has seen the household. */
  | { readonly type: 'confirm-presence' }
  | { readonly type: 'show-unknown-evidence'; readonly n: number }
  | { readonly type: 'show-evidence'; readonly n: number; readonly evidenceClass: string }
  | { readonly type: 'appeal'; readonly n: number }
  | { readonly type: 'withdraw'; readonly n: number }
  | { readonly type: 'resolve'; readonly verdict: Verdict; readonly reviewer: string }
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
      readonly rules: readonly ApprovalRule[];
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
      readonly status: Status | Told['status'];
      readonly reasons: readonly string[];
      readonly version: number;
      readonly highestRequest: number;
      readonly amountCents: bigint | undefined;
      /** The day of the first grant. Payments should answer the household some days later. */
      readonly awardedDay: number | undefined;
    }
  | { readonly type: 'notice'; readonly template: 'update' | 'need'; readonly version: number };

/** Applies a command to a case. The same requests of a household give the same case in any order. */
export function apply(state: CaseState, command: CaseCommand, policy: Pick<Policy, 'evidenceClasses'>): CaseState {
  switch (command.type) {
    case 'submit': {
      const { day, facts, around } = command;
      const isSeen = state.isSeen || command.isSeen;
      // A household has one live case. A second application under the same keys changes nothing in it.
      const isFirst = state.submitted === undefined && state.forgottenDay === undefined;
      return { ...state, isSeen, submitted: isFirst ? { day, facts, around } : state.submitted };
    }
    case 'submit-unknown':
      return { ...state, isSeen: state.isSeen || command.isSeen, isUnknown: true };
    case 'confirm-presence':
      return { ...state, isSeen: true };
    case 'show-unknown-evidence':
      return asked(state, command.n, {
        ...state.requests,
        unknownEvidence: Math.max(state.requests.unknownEvidence, command.n),
      });
    case 'show-evidence': {
      const { evidence } = state.requests;
      // A household's own statement is no evidence, and changes nothing.
      const isEvidence = policy.evidenceClasses.includes(command.evidenceClass);
      const isNewer = isEvidence && (evidence === undefined || evidence.n < command.n);
      const next = isNewer ? { n: command.n, evidenceClass: command.evidenceClass } : evidence;
      return asked(state, command.n, { ...state.requests, evidence: next });
    }
    case 'appeal':
      return asked(state, command.n, { ...state.requests, appeal: Math.max(state.requests.appeal, command.n) });
    case 'withdraw':
      return asked(state, command.n, { ...state.requests, withdrawn: true });
    case 'resolve':
      return {
        ...state,
        resolved: {
          verdict: command.verdict,
          reviewers: [...(state.resolved?.reviewers ?? []), command.reviewer],
          afterAppeal: state.requests.appeal,
        },
      };
    case 'grant-ended': {
      const { kind, how, day } = command;
      const grants = state.announced.grants.map((grant): AnnouncedGrant => {
        if (grant.kind !== kind || grant.endedDay !== undefined) return grant;
        if (grant.state !== 'awarded') return { ...grant, endedDay: day };
        return { ...grant, state: how === 'expired' ? 'lapsed' : 'ended', endedDay: day };
      });
      return { ...state, announced: { ...state.announced, grants } };
    }
  }
}

/** What is kept of the requests of a withdrawn case. */
export const onlyWithdrawn: Requests = { withdrawn: true, evidence: undefined, unknownEvidence: 0, appeal: 0 };

function asked(state: CaseState, n: number, requests: CaseState['requests']): CaseState {
  // After a withdrawal no other request is kept.
  const kept = requests.withdrawn ? onlyWithdrawn : requests;
  return { ...state, requests: kept, highestRequest: Math.max(state.highestRequest, n) };
}

export interface Wanted {
  readonly status: Status;
  readonly reasons: readonly string[];
  readonly grants: readonly GrantDecided[];
  readonly decision: Decision | undefined;
}

/** The outcome that follows from all that is known now. Undefined before the application has arrived. */
export function wanted(state: CaseState, policy: Policy): Wanted | undefined {
  const { submitted, requests, resolved } = state;
  if (submitted === undefined && state.forgottenDay === undefined && state.isUnknown !== true) return undefined;
  if (requests.withdrawn) return { status: 'closed', reasons: ['withdrawn'], grants: [], decision: undefined };
  if (submitted === undefined) return { status: 'ask-a-person', reasons: [], grants: [], decision: undefined };
  const isAppealed = requests.appeal > (resolved?.afterAppeal ?? 0);
  if (resolved?.verdict === 'decline') {
    return isAppealed
      ? { status: 'being-looked-at', reasons: ['appeal'], grants: [], decision: undefined }
      : { status: 'not-approved', reasons: ['a-person-decided'], grants: [], decision: undefined };
  }
  const decision = decide({ ...asShown(submitted, requests), isResolved: resolved?.verdict === 'approve' }, policy);
  const isUnknown = isUnknownNewest(state);
  const reasons = isUnknown ? [...decision.reasons, 'ask-a-person'] : decision.reasons;
  if (decision.outcome === 'approve') return { status: 'approved', reasons, grants: decision.grants, decision };
  if (decision.outcome === 'review') return { status: 'being-looked-at', reasons, grants: [], decision };
  return { status: isUnknown ? 'ask-a-person' : 'show-something', reasons, grants: [], decision };
}

/** Whether the newest evidence has a class that the city does not know. */
export function isUnknownNewest({ requests }: CaseState): boolean {
  return requests.unknownEvidence > (requests.evidence?.n ?? 0);
}

/** The application with the newest evidence. */
function asShown(submitted: Submitted, { evidence }: CaseState['requests']): Submitted {
  if (evidence === undefined) return submitted;
  return { ...submitted, facts: { ...submitted.facts, evidenceClass: evidence.evidenceClass } };
}

/** Reviewers of one case at most. After so many appeals only a court can decide. */
const REVIEWERS_MAX = 12;

/** Whether this reviewer may decide now. An appeal goes to a reviewer who has not decided this case before. */
export function mayResolve(state: CaseState, reviewer: string): 'yes' | 'not-waiting' | 'same-person' {
  const reviewers = state.resolved?.reviewers ?? [];
  if (state.announced.status !== 'being-looked-at' || reviewers.length >= REVIEWERS_MAX) return 'not-waiting';
  return reviewers.includes(reviewer) ? 'same-person' : 'yes';
}

export interface ReviewView {
  readonly facts: Facts;
  readonly around: Pick<Surroundings, 'tokensShared' | 'contactShared'>;
  readonly isAppeal: boolean;
  /** The rules that sent the case to a person. */
  readonly why: readonly string[];
}

/** The part of a case that a reviewer sees: its facts, and no key and no id of the household. */
export function viewOf(state: CaseState, policy: Policy): ReviewView | undefined {
  const { submitted, requests, resolved } = state;
  if (submitted === undefined) return undefined;
  const shown = asShown(submitted, requests);
  const { tokensShared, contactShared } = submitted.around;
  const { rules } = decide({ ...shown, isResolved: false }, policy);
  const isAppeal = resolved?.verdict === 'decline';
  return { facts: shown.facts, around: { tokensShared, contactShared }, isAppeal, why: rules };
}
