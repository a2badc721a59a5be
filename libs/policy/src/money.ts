import type { ProfileReader } from './reader.js';

export interface Grants {
  readonly rapid: { readonly amountCents: bigint; readonly capPercentPerWeek: number } | undefined;
  readonly standard:
    | { readonly basis: 'household-size'; readonly bands: readonly SizeBand[] }
    | { readonly basis: 'actual-bill'; readonly maxCents: bigint };
  readonly capWindowDays: number;
  readonly perHouseholdCents: bigint;
  readonly perInstrumentCents: bigint;
}

export interface SizeBand {
  readonly min: number;
  readonly max: number;
  readonly amountCents: bigint;
}

/** A source of money. It may pay a grant only if it is enabled, not blocked, not federal and without a status test. */
export interface Fund {
  readonly code: string;
  readonly kind: 'private' | 'city' | 'county' | 'state' | 'federal';
  readonly openingCents: bigint;
  readonly payoutMethods: readonly string[];
  readonly mayPayGrants: boolean;
}

export interface Release {
  /** Rapid grants are released automatically within this cap. Undefined: people release them, as they do all others. */
  readonly automaticRapid: { readonly capPerSitePerHourCents: bigint } | undefined;
  /** The number of people besides the maker who must agree. */
  readonly checkers: number;
}

const LARGEST_HOUSEHOLD = 80;

export function readGrants(grants: ProfileReader): Grants {
  const rapid = grants.at('rapid');
  const caps = grants.at('caps');
  return {
    rapid: rapid.present
      ? {
          amountCents: positive(rapid.at('amountUsd')),
          capPercentPerWeek: rapid.at('budgetCapPercentPerWeek').present
            ? rapid.at('budgetCapPercentPerWeek').whole(1, 100)
            : 100,
        }
      : undefined,
    standard: readStandard(grants.at('standard')),
    capWindowDays: caps.at('windowDays').whole(1, 730),
    perHouseholdCents: positive(caps.at('perHouseholdUsd')),
    perInstrumentCents: caps.at('maxPerInstrumentUsd').present ? positive(caps.at('maxPerInstrumentUsd')) : 10_000_000n,
  };
}

function positive(amount: ProfileReader): bigint {
  const cents = amount.dollars();
  if (cents === 0n) amount.problem('must be more than 0');
  return cents;
}

function readStandard(standard: ProfileReader): Grants['standard'] {
  if (standard.at('basis').raw() === 'actual-bill') {
    return { basis: 'actual-bill', maxCents: positive(standard.at('maxAmountUsd')) };
  }
  const list = standard.at('byHouseholdSize');
  const bands = list.list().map((band) => ({
    min: band.at('min').whole(1, LARGEST_HOUSEHOLD),
    max: band.at('max').present ? band.at('max').whole(1, LARGEST_HOUSEHOLD) : LARGEST_HOUSEHOLD,
    amountCents: positive(band.at('amountUsd')),
  }));
  let next = 1;
  for (const band of bands) {
    if (band.min !== next) list.problem(`household sizes ${next} to ${band.min - 1} have no amount, or two`);
    if (band.max < band.min) list.problem('a band ends before it begins');
    next = band.max + 1;
  }
  if (next !== LARGEST_HOUSEHOLD + 1) list.problem('the last band must be open at the top');
  return { basis: 'household-size', bands };
}

export function readFunds(funds: ProfileReader, payoutMethods: ProfileReader): readonly Fund[] {
  const known = new Set(payoutMethods.list().map((payoutMethod) => payoutMethod.at('code').raw()));
  const result = funds.list().map((fund) => {
    const kind = fund.at('kind').word(['private', 'city', 'county', 'state', 'federal']);
    const statusTest = fund.at('statusTest').raw();
    if (![true, false, 'undecided'].includes(statusTest as boolean | string)) {
      fund.at('statusTest').problem('must be true, false or "undecided"');
    }
    const fundPayoutMethods = fund.at('ways').present ? fund.at('ways').texts() : [];
    for (const payoutMethod of fundPayoutMethods)
      if (!known.has(payoutMethod)) fund.at('ways').problem(`${payoutMethod} is not one of payment.ways`);
    return {
      code: fund.at('code').text(/^[A-Z][A-Z0-9-]{0,15}$/),
      kind,
      openingCents: fund.at('openingBalanceUsd').present ? fund.at('openingBalanceUsd').dollars() : 0n,
      payoutMethods: fundPayoutMethods,
      mayPayGrants:
        kind !== 'federal' && statusTest === false && !fund.at('blocked').flag(false) && fund.at('enabled').flag(true),
    };
  });
  if (!result.some((fund) => fund.mayPayGrants)) funds.problem('no fund may pay a grant');
  return result;
}

export function readRelease(release: ProfileReader): Release {
  const rapid = release.at('rapid');
  const automatic = rapid.present && rapid.at('automatic').flag(false);
  if (automatic && !rapid.at('onlyConfirmed').flag(false)) {
    rapid.at('onlyConfirmed').problem('must be true if release is automatic');
  }
  return {
    automaticRapid: automatic ? { capPerSitePerHourCents: positive(rapid.at('capPerSitePerHourUsd')) } : undefined,
    checkers: release.at('standard').at('checkers').whole(1, 5),
  };
}
