import { clocks } from '#libs/contracts';
import type { ProfileReader } from './reader.js';

/** What a profile says about how long things of a household are kept and can be taken up again, in days. */
export interface Keeping {
  /** A code that nobody has collected is taken back after this. */
  readonly unclaimedDays: number;
  /** What was taken back or never told can be taken up again for this long. */
  readonly reopenDays: number;
  /** After a payment: the link from it to a household, for whoever disputes it. */
  readonly disputeDays: number;
  /** Contact data, after the last payment or the end of the appeal. */
  readonly contactDays: number;
}

/** Where a profile says nothing, these hold. */
const usual: Keeping = { unclaimedDays: 60, reopenDays: 90, disputeDays: 60, contactDays: 45 };

export function readKeeping(root: ProfileReader): Keeping {
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

/** Every clock of a case, in days: the city's own and those that hold everywhere. */
export interface CaseClocks extends Keeping {
  /** A grant without a word on how to pay it asks for one after this. */
  readonly askDays: number;
  /** ... and is given back after this, as one is for which nobody has come. */
  readonly waitDays: number;
  readonly appealDays: number;
  /** Whatever has not ended by itself ends with the household tokens: nobody can be told apart after that. */
  readonly longestDays: number;
  /** So long after its day a message, or one that answers it, can still come. */
  readonly nothingOlderDays: number;
}

export function caseClocksOf({ keeping, appealWindowDays, cycle }: CaseProfile): CaseClocks {
  return {
    ...keeping,
    askDays: clocks.waitingHalfAskDays,
    waitDays: clocks.waitingHalfEndDays,
    appealDays: appealWindowDays,
    longestDays: cycle.keyLifetimeDays,
    nothingOlderDays: clocks.handledDays,
  };
}

/** What of a profile the clocks are made of. */
interface CaseProfile {
  readonly keeping: Keeping;
  readonly appealWindowDays: number;
  readonly cycle: { readonly keyLifetimeDays: number };
}
