import type { GrantKind } from './obligation.js';

/** The payout choice of a household, which it signed. */
export interface Payout {
  readonly payoutMethod: string;
  readonly site: string | undefined;
}

export interface GrantOfHousehold {
  /** Eligibility's id of the grant, base64url. Payments returns it when the grant has ended. */
  readonly grant: string;
  readonly obligation: string;
  readonly kind: GrantKind;
  readonly amountCents: bigint;
  readonly needs: readonly string[];
  readonly tier: number;
  readonly serviceArea: string;
  /** Day of the award, in days since 1970-01-01. The clocks of the grant start here. */
  readonly day: number;
  readonly isCancelled: boolean;
  readonly isClosedTold: boolean;
  /** The day on which it lapsed and the number of requests until then. A later request reopens it. */
  readonly lapsed?: { readonly day: number; readonly n: number };
  /** How and when it ended for good. */
  readonly ended?: { readonly day: number; readonly how: 'paid' | 'cancelled' | 'expired' };
}

/** An issued code, sealed to the household. Payments cannot read it. */
export interface ReadyItem {
  readonly obligation: string;
  readonly number: number;
  readonly payoutMethod: string;
  readonly amountCents: bigint;
  readonly sealedCode: string;
  /** Day on which it was issued, in days since 1970-01-01. */
  readonly day: number;
}

/** The state of a household at payments: its signed choices, not its identity. Messages arrive in any order. */
export interface HouseholdState {
  readonly payout: Payout | undefined;
  /** A later request contained everything that the first choice has, and replaces it. */
  readonly isToldAgain: boolean;
  /** The newest change of the payout method. */
  readonly change: { readonly n: number; readonly payoutMethod: string } | undefined;
  /** The number of the newest choice that the city does not know; 0: the first one. Nothing else of it is stored. */
  readonly unknownChoice: number | undefined;
  /** A kiosk, a navigator or a pick-up desk has seen the household. */
  readonly isPresent: boolean;
  /** The day on which a household that nobody has seen first said how to be paid, in days since 1970-01-01. */
  readonly unseenSince: number | undefined;
  /** Nobody has seen the household in time. */
  readonly isUnseenOver: boolean;
  /** Eligibility knows that somebody has seen the household. */
  readonly isPresenceTold: boolean;
  /** The site of the newest request that names one. */
  readonly presence: { readonly n: number; readonly site: string | undefined } | undefined;
  readonly highestRequest: number;
  /** The case for which the household is paid: the first that names it. */
  readonly caseRef: string | undefined;
  readonly grants: readonly GrantOfHousehold[];
  readonly items: readonly ReadyItem[];
  /** The household withdrew: nothing more is paid, whatever is awarded. */
  readonly isWithdrawn: boolean;
  /** The latest day of any message about the household. */
  readonly lastDay: number;
  /** The latest day of a message of the household itself. */
  readonly ownDay: number;
  readonly reported: Reported;
}

export type Status =
  | 'come-and-confirm'
  | 'ask-a-person'
  | 'received'
  | 'waiting-list'
  | 'approved'
  | 'ready-to-collect'
  | 'collected'
  | 'closed';

export interface Reported {
  /** A digest of the box's content, so that only changes are reported. */
  readonly text: string;
  readonly status: Status | undefined;
  readonly itemsReady: number;
  readonly version: number;
}

/** One of each kind. */
const GRANTS_MAX = 2;

export const newHousehold: HouseholdState = {
  payout: undefined,
  isToldAgain: false,
  change: undefined,
  unknownChoice: undefined,
  isPresent: false,
  unseenSince: undefined,
  isUnseenOver: false,
  isPresenceTold: false,
  presence: undefined,
  highestRequest: 0,
  caseRef: undefined,
  grants: [],
  items: [],
  isWithdrawn: false,
  lastDay: 0,
  ownDay: 0,
  reported: { text: '', status: undefined, itemsReady: 0, version: 0 },
};

/** A request, and whether the household was seen when it made the request. */
interface Seen {
  readonly n: number;
  readonly isPresent: boolean;
  readonly site: string | undefined;
}

export type HouseholdCommand =
  | { readonly type: 'choose-payout'; readonly payout: Payout; readonly isPresent: boolean }
  /** A first choice (`n` is 0) or a change with a payout method that the city does not know. */
  | ({ readonly type: 'choose-unknown' } & Seen)
  | ({ readonly type: 'change-payout'; readonly payoutMethod: string; readonly isWhole: boolean } & Seen)
  | ({ readonly type: 'confirm-presence' } & Omit<Seen, 'isPresent'>)
  | { readonly type: 'withdraw'; readonly n: number }
  /** A request that confirms no presence, because nobody saw the household. */
  | { readonly type: 'note-request'; readonly n: number }
  | {
      readonly type: 'award';
      readonly caseRef: string;
      readonly grant: Omit<GrantOfHousehold, 'isCancelled' | 'isClosedTold' | 'lapsed' | 'ended'>;
      readonly isCancelled: boolean;
    }
  | { readonly type: 'cancel'; readonly grant: string }
  | { readonly type: 'item-ready'; readonly item: ReadyItem }
  | { readonly type: 'item-gone'; readonly obligation: string; readonly number: number };

/** Applies a command. The same commands in any order lead to the same state. */
export function apply(state: HouseholdState, command: HouseholdCommand): HouseholdState {
  switch (command.type) {
    case 'choose-payout':
      if (state.payout !== undefined) return state;
      return {
        ...state,
        payout: command.payout,
        isPresent: state.isPresent || command.isPresent,
      };
    case 'choose-unknown': {
      const { n, isPresent } = command;
      const changed = { ...state, unknownChoice: Math.max(state.unknownChoice ?? 0, n) };
      if (n === 0) return { ...changed, isPresent: state.isPresent || isPresent };
      return noted(isPresent ? seen(changed, command) : changed, n);
    }
    case 'change-payout': {
      const { n, payoutMethod, isWhole, isPresent } = command;
      const changed = {
        ...state,
        change: newer(state.change, { n, payoutMethod: payoutMethod }),
        isToldAgain: state.isToldAgain || isWhole,
      };
      return noted(isPresent ? seen(changed, command) : changed, n);
    }
    case 'confirm-presence':
      return noted(seen(state, command), command.n);
    case 'withdraw':
      return noted({ ...state, isWithdrawn: true, grants: state.grants.map(cancelled) }, command.n);
    case 'note-request':
      return noted(state, command.n);
    case 'award': {
      if (!belongs(state, command)) return state;
      const isCancelled = command.isCancelled || state.isWithdrawn;
      const grant = { ...command.grant, isCancelled, isClosedTold: false };
      return {
        ...state,
        caseRef: command.caseRef,
        grants: [...state.grants, grant].sort((a, b) => (a.kind < b.kind ? -1 : 1)),
      };
    }
    case 'cancel':
      return {
        ...state,
        grants: state.grants.map((grant) => (grant.grant === command.grant ? cancelled(grant) : grant)),
      };
    case 'item-ready':
      return { ...withoutItem(state, command.item), items: [...withoutItem(state, command.item).items, command.item] };
    case 'item-gone':
      return withoutItem(state, command);
  }
}

/**
 * False for a grant that the household has already, and for what no honest device can bring about: a grant of another
 * case, because each application has keys of its own, and more grants than one case can have. Such a grant is never
 * paid.
 */
function belongs({ grants, caseRef }: HouseholdState, award: Extract<HouseholdCommand, { type: 'award' }>): boolean {
  if (caseRef !== undefined && caseRef !== award.caseRef) return false;
  return grants.length < GRANTS_MAX && !grants.some(({ grant }) => grant === award.grant.grant);
}

function cancelled(grant: GrantOfHousehold): GrantOfHousehold {
  return { ...grant, isCancelled: true };
}

function seen(state: HouseholdState, { n, site }: Pick<Seen, 'n' | 'site'>): HouseholdState {
  return { ...state, isPresent: true, presence: newer(state.presence, { n, site }) };
}

/** The higher number wins, in whatever order they arrive. */
function newer<T extends { readonly n: number }>(known: T | undefined, asked: T): T {
  return known !== undefined && known.n >= asked.n ? known : asked;
}

function noted(state: HouseholdState, n: number): HouseholdState {
  return { ...state, highestRequest: Math.max(state.highestRequest, n) };
}

function withoutItem(
  state: HouseholdState,
  { obligation, number }: { obligation: string; number: number },
): HouseholdState {
  return { ...state, items: state.items.filter((item) => item.obligation !== obligation || item.number !== number) };
}

/** The valid payout method: the newest change, or else the first choice. */
export function payoutMethodOf(state: HouseholdState): string | undefined {
  return state.change?.payoutMethod ?? state.payout?.payoutMethod;
}

/** True if the household has chosen how to be paid, in the first choice or a later one. */
export function hasChosen({ payout, isToldAgain }: HouseholdState): boolean {
  return payout !== undefined || isToldAgain;
}

/** True if the newest choice is one that the city does not know. */
export function hasUnknownChoice({ payout, change, unknownChoice }: HouseholdState): boolean {
  if (unknownChoice === undefined) return false;
  return change !== undefined ? unknownChoice > change.n : unknownChoice > 0 || payout === undefined;
}

/**
 * True for a household that can be answered and that nobody has seen. Somebody who knows its facts could have applied
 * in its place, so nothing that it reads may depend on a grant: a grant depends on the applications of others.
 */
export function isUnseen(state: HouseholdState): boolean {
  return !state.isPresent && !state.isWithdrawn && (hasChosen(state) || state.unknownChoice !== undefined);
}

/** True for commands in messages of the household itself. */
export function isOwnCommand({ type }: HouseholdCommand): boolean {
  return type !== 'award' && type !== 'cancel' && type !== 'item-ready' && type !== 'item-gone';
}

export function siteOf(state: HouseholdState): string | undefined {
  return state.payout?.site ?? state.presence?.site;
}
