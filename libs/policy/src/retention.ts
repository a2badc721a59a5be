import { clocks } from '#libs/contracts';
import type { ProfileReader } from './reader.js';

/** How long a profile keeps data of a household, and how long something can be reopened, in days. */
export interface Retention {
  /** A code that was not collected is taken back after this. */
  readonly unclaimedDays: number;
  /** A grant that was taken back, or whose payout method never arrived, can be reopened for this long. */
  readonly reopenDays: number;
  /** The link from a payment to a household is kept this long after the payment, for disputes. */
  readonly disputeDays: number;
  /** Contact data are kept this long after the last payment or the end of the appeal. */
  readonly contactDays: number;
}

/** The values if a profile has none. */
const usual: Retention = { unclaimedDays: 60, reopenDays: 90, disputeDays: 60, contactDays: 45 };

export function readRetention(root: ProfileReader): Retention {
  const unclaimed = root.at('payment').at('unclaimed');
  const holder = root.at('recordHolder').raw();
  const retention = root.at('retentionDays').at(typeof holder === 'string' ? holder : '');
  const days = (value: ProfileReader, fallback: number): number => (value.present ? value.whole(1, 365) : fallback);
  const link = retention.at('grantInstrumentLink');
  return {
    unclaimedDays: days(unclaimed.at('cancelDay'), usual.unclaimedDays),
    reopenDays: days(unclaimed.at('reopenDays'), usual.reopenDays),
    disputeDays: days(link.present ? link : retention.at('vendorUnitReference'), usual.disputeDays),
    contactDays: days(retention.at('contactChannel'), usual.contactDays),
  };
}

/** Every clock of a case, in days: the city's own clocks and those that hold for all cities. */
export interface CaseClocks extends Retention {
  /** A grant without a payout method asks the household for one after this. */
  readonly askDays: number;
  /** ... and is given back after this, as is a grant that nobody collected. */
  readonly waitDays: number;
  readonly appealDays: number;
  /** A case that has not ended by itself ends with its household tokens: duplicates cannot be found after that. */
  readonly longestDays: number;
  /** A message, or an answer to it, can arrive this long after its day. */
  readonly nothingOlderDays: number;
}

export function caseClocksOf({ retention, appealWindowDays, cycle }: CaseProfile): CaseClocks {
  return {
    ...retention,
    askDays: clocks.waitingHalfAskDays,
    waitDays: clocks.waitingHalfEndDays,
    appealDays: appealWindowDays,
    longestDays: cycle.keyLifetimeDays,
    nothingOlderDays: clocks.handledDays,
  };
}

/** The part of a profile from which the clocks are computed. */
interface CaseProfile {
  readonly retention: Retention;
  readonly appealWindowDays: number;
  readonly cycle: { readonly keyLifetimeDays: number };
}
