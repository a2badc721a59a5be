import { hasChosen, siteOf, payoutMethodOf } from './household.js';
import { splitIntoInstruments } from './money.js';
import { canBeTakenBack, isWaiting, presentInstruments, type Obligation, type Instrument } from './obligation.js';
import { close, post, sum, withInstruments, type PaymentPolicy, type Plan, type PlanInput } from './planning.js';
import { changeFund, isPaidBy, reserve } from './promise.js';
import { cancel, giveBack, lapse } from './take-back.js';

/**
 * Decides what happens next with one obligation, from everything known now. Running it again without news changes
 * nothing. Refusals are states (`waiting-list`, `capped`, `waiting-release`), never errors.
 */
export function plan(input: PlanInput, policy: PaymentPolicy): Plan {
  const start: Plan = { obligation: input.obligation, postings: [], releasedCents: 0n, rapidCents: 0n };
  if (input.obligation.status === 'closed') return start;
  if (input.isCancelled || input.lapse === 'for-good') return close(cancel(start));
  if (input.lapse === 'for-now') return lapse(start);
  const { household } = input;
  const isWanted = !hasChosen(household) || household.isPresent;
  if (!isWanted) return giveBack(start);
  return close(release(makeInstruments(reserve(changeFund(start, input), input), input, policy), input, policy));
}

function makeInstruments(before: Plan, input: PlanInput, policy: PaymentPolicy): Plan {
  const { obligation } = before;
  const { household } = input;
  const payoutMethod = payoutMethodOf(household);
  if (obligation.status !== 'reserved' || payoutMethod === undefined || !hasChosen(household)) return before;
  if (presentInstruments(obligation).some(({ state }) => state === 'void'))
    return reopen(before, payoutMethod, siteOf(household));
  if (obligation.instruments.length > 0)
    return isPaidBy(obligation, input) ? changePayoutMethod(before, payoutMethod) : before;
  const instruments = splitIntoInstruments(obligation.amountCents, policy.perInstrumentCents).map(
    (amountCents, number): Instrument => ({
      number,
      generation: 0,
      amountCents,
      payoutMethod,
      site: siteOf(household),
      state: 'waiting-release',
      isSecretLost: false,
      isClaimed: false,
      inquireFirst: input.inquireFirst,
    }),
  );
  return { ...before, obligation: { ...obligation, instruments } };
}

/** Reopens what came back: each void instrument gets a new generation, because void is a definite no. */
function reopen(before: Plan, payoutMethod: string, site: string | undefined): Plan {
  const { obligation } = before;
  const next = presentInstruments(obligation)
    .filter(({ state }) => state === 'void')
    .map((instrument): Instrument => ({
      ...instrument,
      generation: instrument.generation + 1,
      payoutMethod,
      site,
      state: 'waiting-release',
      isSecretLost: false,
      isClaimed: false,
    }));
  return { ...before, obligation: { ...obligation, instruments: [...obligation.instruments, ...next] } };
}

/**
 * Changes the payout method of unsent instruments. They need a new release, because the first one was for the other
 * method.
 */
function changePayoutMethod(before: Plan, payoutMethod: string): Plan {
  const isChanged = (instrument: Instrument): boolean =>
    canBeTakenBack(instrument) && instrument.payoutMethod !== payoutMethod;
  const intended = presentInstruments(before.obligation).filter(
    (instrument) => isChanged(instrument) && !isWaiting(instrument),
  );
  const changed = withInstruments(before, (instrument) =>
    isChanged(instrument) ? { ...instrument, payoutMethod, state: 'waiting-release' } : instrument,
  );
  return intended.length === 0 ? changed : post(changed, 'in-flight', 'reserved', sum(intended));
}

function release(before: Plan, { money }: PlanInput, policy: PaymentPolicy): Plan {
  if (before.obligation.kind !== 'rapid' || !policy.isRapidAutomatic) return before;
  let after = before;
  for (const instrument of before.obligation.instruments) {
    if (!isWaiting(instrument) || !policy.railPayoutMethods.includes(instrument.payoutMethod)) continue;
    const fits = money.siteLeftCents - after.releasedCents >= instrument.amountCents;
    const state = fits ? 'intended' : 'capped';
    after = withInstruments(after, (each) =>
      each === instrument && instrument.state !== state ? { ...instrument, state } : each,
    );
    if (!fits) continue;
    after = post(after, 'reserved', 'in-flight', instrument.amountCents);
    after = { ...after, releasedCents: after.releasedCents + instrument.amountCents };
  }
  return after;
}

/** How a closed obligation ended. */
export function endOf(obligation: Obligation): 'paid' | 'cancelled' {
  return presentInstruments(obligation).some(({ state }) => state === 'collected') ? 'paid' : 'cancelled';
}
