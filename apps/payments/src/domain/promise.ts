import { payoutMethodOf } from './household.js';
import { canBeTakenBack, owedCents, presentInstruments, type Obligation } from './obligation.js';
import { post, withInstruments, type FundView, type Plan, type PlanInput } from './planning.js';
import { takeBack } from './take-back.js';

/** Reserves the amount in a fund that may pay it and has enough money. Otherwise the obligation waits. */
export function reserve(before: Plan, input: PlanInput): Plan {
  const { obligation } = before;
  if (obligation.status === 'reserved') return before;
  const fund = fundFor(input);
  if (fund === undefined) {
    return obligation.status === 'waiting-list'
      ? before
      : { ...before, obligation: { ...obligation, status: 'waiting-list' } };
  }
  const funded: Plan = {
    ...before,
    obligation: { ...obligation, status: 'reserved', fund: fund.code },
    rapidCents: obligation.kind === 'rapid' ? owedCents(obligation) : 0n,
  };
  return post(funded, 'available', 'reserved', owedCents(obligation));
}

function fundFor(input: PlanInput): FundView | undefined {
  const { obligation, money, isNextInLine } = input;
  if (!isNextInLine && obligation.tier >= (money.waitingTier ?? Number.POSITIVE_INFINITY)) return undefined;
  return fundsFor(input).find(({ availableCents }) => availableCents >= owedCents(obligation));
}

/** Funds whose rules allow this obligation, whatever their balance. */
function fundsFor({ household, obligation, money }: PlanInput): readonly FundView[] {
  const payoutMethod = payoutMethodOf(household);
  return money.funds.filter(
    ({ mayPayGrants, payoutMethods, rapidLeftCents }) =>
      mayPayGrants &&
      (payoutMethod === undefined || payoutMethods.includes(payoutMethod)) &&
      // When the week's share for rapid grants is used up, only tier 1 still gets one.
      (obligation.kind !== 'rapid' || obligation.tier === 1 || rapidLeftCents >= obligation.amountCents),
  );
}

/** Funds with too little money for an obligation that is next in line. Their rest is not for those behind it. */
export function fundsAwaited(input: PlanInput): readonly string[] {
  const { obligation, isNextInLine } = input;
  if (!isNextInLine || obligation.status !== 'waiting-list') return [];
  return fundsFor(input).map(({ code }) => code);
}

/** A new payout method may need another fund. The obligation moves there if nothing has been sent yet. */
export function changeFund(before: Plan, input: PlanInput): Plan {
  const { obligation } = before;
  if (obligation.status !== 'reserved' || isPaidBy(obligation, input)) return before;
  const instruments = presentInstruments(obligation);
  if (instruments.length === 0) {
    const returned = post(before, 'reserved', 'available', obligation.amountCents);
    return { ...returned, obligation: { ...obligation, status: 'open', fund: undefined } };
  }
  const fund = instruments.every(canBeTakenBack) ? fundFor(input) : undefined;
  // An instrument that was sent, or a lack of money elsewhere, keeps the obligation in its fund and payout method.
  if (fund === undefined) return before;
  const returned = withInstruments(takeBack(before), (instrument) =>
    canBeTakenBack(instrument) ? { ...instrument, state: 'waiting-release' } : instrument,
  );
  const moved: Plan = { ...returned, obligation: { ...returned.obligation, fund: fund.code } };
  return post(moved, 'available', 'reserved', obligation.amountCents);
}

export function isPaidBy({ fund }: Obligation, { household, money }: PlanInput): boolean {
  const payoutMethod = payoutMethodOf(household);
  const payoutMethods = money.funds.find(({ code }) => code === fund)?.payoutMethods;
  return payoutMethod === undefined || payoutMethods === undefined || payoutMethods.includes(payoutMethod);
}
