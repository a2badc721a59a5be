import { ProfileError, ProfileReader } from './reader.js';
import { checkRecordLimits } from './record-limits.js';
import { readRetention, type Retention } from './retention.js';
import { readFunds, readGrants, readRelease, type Fund, type Grants, type Release } from './money.js';

export const triggerRules = [
  'token-match-2-of-3',
  'token-match-any',
  'one-contact-channel-on-more-than-3-households',
  'household-size-over-8',
  'zip-partial-or-edge-without-evidence',
  'second-reissue-of-a-payment',
  'vendor-bank-change-in-30-days',
  'vendor-paid-for-more-than-10-households',
  'random-sample-3-percent',
  'random-sample-5-percent',
] as const;
export type TriggerRule = (typeof triggerRules)[number];

export const tierRules = [
  'eviction-or-shutoff-notice-7-days OR no-food OR medicine-or-infant-need',
  'eviction-or-shutoff-notice',
  'incomeChange stopped',
  'incomeChange cut-by-half-or-more',
  'other',
] as const;
export type TierRule = (typeof tierRules)[number];

/** A city's policy as data, checked, with its dollars converted to cents. */
export interface Profile {
  readonly id: string;
  readonly version: string;
  readonly publicLabel: Readonly<Record<string, string>>;
  readonly senderName: string;
  readonly events: readonly { readonly code: string; readonly kinds: readonly string[] }[];
  readonly needs: readonly string[];
  readonly impactTypes: readonly string[];
  readonly impactPeriod: { readonly granularity: 'week' | 'month'; readonly lookback: number };
  readonly incomeTest: 'self-attest' | 'band-look-and-return';
  readonly serviceAreas: readonly string[];
  readonly evidenceClasses: readonly string[];
  readonly grants: Grants;
  readonly reviewTriggers: readonly { readonly code: string; readonly rule: TriggerRule }[];
  readonly priorityTiers: readonly { readonly tier: number; readonly rule: TierRule }[];
  readonly selection: 'random-within-tier' | 'first-complete-first-served-within-tier';
  readonly cycle: { readonly days: number; readonly keyLifetimeDays: number };
  readonly appealWindowDays: number;
  readonly retention: Retention;
  readonly funds: readonly Fund[];
  readonly release: Release;
  readonly reservePercent: number;
  readonly messages: {
    readonly maxPerCase: number;
    readonly maxChars: number;
    readonly quietHours: readonly [string, string] | undefined;
  };
  /** The payout methods that are switched on, by code. */
  readonly payoutMethods: readonly {
    readonly code: string;
    readonly kind: string;
    readonly needs: readonly string[] | undefined;
    readonly extraConsent: boolean;
  }[];
  readonly languages: readonly string[];
}

/**
 * Checks a program profile and converts it for the services.
 * @throws ProfileError with every problem found, each with its path
 */
export function loadProfile(json: unknown): Profile {
  const root = new ProfileReader(json, '');
  const duplicates = root.at('duplicates');
  const payment = root.at('payment');
  const languages = root.at('languages').at('full').texts();
  const profile: Profile = {
    id: root.at('profileId').text(/^[a-z]{2}(-[a-z]+)+$/),
    version: root.at('profileVersion').text(),
    publicLabel: root.at('publicLabel').labels(['en', 'es']),
    senderName: readSenderName(root),
    events: root
      .at('events')
      .list()
      .map((event) => ({ code: event.at('code').text(CODE), kinds: event.at('kinds').texts() })),
    needs: readCodes(root.at('needs')),
    impactTypes: readCodes(root.at('impactTypes')),
    impactPeriod: readImpactPeriod(root.at('impactPeriod')),
    incomeTest: root.at('incomeTest').at('mode').word(['self-attest', 'band-look-and-return']),
    serviceAreas: root
      .at('residency')
      .at('serviceAreas')
      .list()
      .map((area) => area.text(AREA)),
    evidenceClasses: readCodes(root.at('residency').at('evidenceClasses')),
    grants: readGrants(root.at('grants')),
    reviewTriggers: root
      .at('reviewTriggers')
      .list()
      .map((trigger) => ({ code: trigger.at('code').text(CODE), rule: trigger.at('when').word(triggerRules) })),
    priorityTiers: root
      .at('priorityTiers')
      .list()
      .map((tier) => ({ tier: tier.at('tier').whole(1, 9), rule: tier.at('when').word(tierRules) })),
    selection: root
      .at('rounds')
      .at('selection')
      .word(['random-within-tier', 'first-complete-first-served-within-tier']),
    cycle: {
      days: duplicates.at('cycleDays').whole(1, 730),
      keyLifetimeDays: duplicates.at('keyLifetimeDays').whole(1, 1460),
    },
    appealWindowDays: root.at('appeal').at('windowDays').whole(1, 365),
    retention: readRetention(root),
    funds: readFunds(root.at('fundSources'), payment.at('ways')),
    release: readRelease(root.at('release')),
    reservePercent: readReserves(root.at('reserves')),
    messages: readMessages(root.at('messages')),
    payoutMethods: readPayoutMethods(payment.at('ways')),
    languages,
  };
  checkAcross(root, profile);
  if (root.problems.length > 0) throw new ProfileError(root.problems);
  return profile;
}

const CODE = /^[A-Z][A-Z0-9-]{0,15}$/;
/** As the contracts allow it. */
const AREA = /^[A-Za-z]{2,20}$/;

function readCodes(list: ProfileReader): readonly string[] {
  const codes = list.list().map((item) => item.at('code').text(CODE));
  if (new Set(codes).size !== codes.length) list.problem('a code is listed twice');
  return codes;
}

function readSenderName(root: ProfileReader): string {
  const sender = root.at('messages').at('senderName');
  return sender.present ? sender.text(/^[A-Za-z ]{3,30}$/) : 'City Services';
}

function readImpactPeriod(period: ProfileReader): Profile['impactPeriod'] {
  const granularity = period.at('granularity').word(['week', 'month']);
  const lookback = period.at(granularity === 'week' ? 'lookbackWeeks' : 'lookbackMonths').whole(1, 60);
  return { granularity, lookback };
}

function readReserves(reserves: ProfileReader): number {
  if (!reserves.present) return 0;
  return ['appealsPercent', 'lossPercent', 'feesPercent'].reduce((sum, key) => sum + reserves.at(key).whole(0, 100), 0);
}

function readMessages(messages: ProfileReader): Profile['messages'] {
  const hours = messages.at('quietHours');
  const clock = /^([01]\d|2[0-3]):[0-5]\d$/;
  const [from, to] = hours.present ? hours.list().map((hour) => hour.text(clock)) : [];
  const limit = (key: string, fallback: number): number =>
    messages.at(key).present ? messages.at(key).whole(1, fallback) : fallback;
  return {
    maxPerCase: limit('maxPerCase', 6),
    maxChars: limit('maxChars', 140),
    quietHours: from === undefined || to === undefined ? undefined : [from, to],
  };
}

function readPayoutMethods(payoutMethods: ProfileReader): Profile['payoutMethods'] {
  return payoutMethods
    .list()
    .filter((payoutMethod) => payoutMethod.at('enabled').flag(true))
    .map((payoutMethod) => ({
      code: payoutMethod.at('code').text(CODE),
      kind: payoutMethod.at('kind').text(),
      needs: payoutMethod.at('needs').present ? payoutMethod.at('needs').texts() : undefined,
      extraConsent: payoutMethod.at('extraConsent').flag(false),
    }));
}

/** Checks rules across several values. */
function checkAcross(root: ProfileReader, profile: Profile): void {
  const { cycle, grants } = profile;
  checkRecordLimits(root.at('grants'), grants);
  if (root.at('statusAsked').raw() !== false) root.at('statusAsked').problem('must be false: status is never asked');
  if (grants.capWindowDays > cycle.keyLifetimeDays) {
    root
      .at('grants')
      .at('caps')
      .at('windowDays')
      .problem('is longer than duplicates.keyLifetimeDays: tokens would be gone before the cap ends');
  }
  if (cycle.keyLifetimeDays < cycle.days + grants.capWindowDays) {
    root
      .at('duplicates')
      .at('keyLifetimeDays')
      .problem('is shorter than cycleDays and grants.caps.windowDays together');
  }
  if (profile.reservePercent >= 100) root.at('reserves').problem('leave nothing to grant');
  const tiers = profile.priorityTiers.map(({ tier }) => tier);
  if (tiers.some((tier, index) => tier !== index + 1))
    root.at('priorityTiers').problem('tiers must count 1, 2, 3 … in order');
  if (profile.priorityTiers.at(-1)?.rule !== 'other') root.at('priorityTiers').problem('the last tier must be "other"');
  for (const language of Object.keys(asObject(root.at('publicLabel').raw()))) {
    if (!profile.languages.includes(language))
      root.at('publicLabel').problem(`language ${language} is not in languages.full`);
  }
  for (const payoutMethod of profile.payoutMethods) {
    for (const need of payoutMethod.needs ?? []) {
      if (!profile.needs.includes(need))
        root.at('payment').at('ways').problem(`payout method ${payoutMethod.code} names the unknown need ${need}`);
    }
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
