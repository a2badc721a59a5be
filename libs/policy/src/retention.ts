import { clocks } from '#libs/contracts';
import type { ProfileReader } from './reader.js';

/** How long a profile keeps the data of a household, and how long a payment can be reopened, in days. */
export interface Retention {
  /** A code that the household has not collected is taken back after this. */
  readonly unclaimedDays: number;
  /** A payment that was taken back, or that never reached the household, can be reopened for this long. */
  readonly reopenDays: number;
  /** After a payment: the link from it to the household, in case somebody disputes the payment. */
  readonly disputeDays: number;
  /** Contact data, after the last payment or the end of the appeal. */
  readonly contactDays: number;
}

/** The values of a profile that gives none. */
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

/** Every clock of a case, in days: those of the city's profile, and those that are the same in every city. */
export interface CaseClocks extends Retention {
  /** A grant without a payout method asks the household for one after this. */
  readonly askDays: number;
  /** A grant that still lacks its other half after this is given back. */
  readonly waitDays: number;
  readonly appealDays: number;
  /** Every case ends with its household tokens at the latest. After that nobody can detect a duplicate of it. */
  readonly longestDays: number;
  /** A message, or an answer to it, can arrive for this long after its day. */
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

/** The part of a profile from which the clocks are derived. */
interface CaseProfile {
  readonly retention: Retention;
  readonly appealWindowDays: number;
  readonly cycle: { readonly keyLifetimeDays: number };
}
