import { hasChosen, siteOf, wayOf } from './household.js';
import { splitIntoSlots } from './money.js';
import { canBeTakenBack, isWaiting, presentSlots, type Obligation, type Slot } from './obligation.js';
import { close, post, sum, withSlots, type PaymentPolicy, type Plan, type PlanInput } from './planning.js';
import { changeFund, isPaidBy, reserve } from './promise.js';
import { cancel, giveBack, lapse } from './take-back.js';

/**
 * What should happen next with one obligation, by everything known now. Running it again when nothing has changed does
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
  return close(release(makeSlots(reserve(changeFund(start, input), input), input, policy), input, policy));
}

function makeSlots(before: Plan, input: PlanInput, policy: PaymentPolicy): Plan {
  const { obligation } = before;
  const { household } = input;
  const way = wayOf(household);
  if (obligation.status !== 'reserved' || way === undefined || !hasChosen(household)) return before;
  if (presentSlots(obligation).some(({ state }) => state === 'void')) return takeUp(before, way, siteOf(household));
  if (obligation.slots.length > 0) return isPaidBy(obligation, input) ? changeWay(before, way) : before;
  const slots = splitIntoSlots(obligation.amountCents, policy.perInstrumentCents).map((amountCents, slot): Slot => ({
    slot,
    generation: 0,
    amountCents,
    way,
    site: siteOf(household),
    state: 'waiting-release',
    isSecretLost: false,
    isTakenUp: false,
    isCareful: input.isCareful,
  }));
  return { ...before, obligation: { ...obligation, slots } };
}

/** Reopening is a new generation of what had come back: each of the old ones is a definite no. */
function takeUp(before: Plan, way: string, site: string | undefined): Plan {
  const { obligation } = before;
  const next = presentSlots(obligation)
    .filter(({ state }) => state === 'void')
    .map((slot): Slot => ({
      ...slot,
      generation: slot.generation + 1,
      way,
      site,
      state: 'waiting-release',
      isSecretLost: false,
      isTakenUp: false,
    }));
  return { ...before, obligation: { ...obligation, slots: [...obligation.slots, ...next] } };
}

/** A change of the way counts for what has not been sent; whoever had agreed to it has not agreed to this. */
function changeWay(before: Plan, way: string): Plan {
  const isChanged = (slot: Slot): boolean => canBeTakenBack(slot) && slot.way !== way;
  const intended = presentSlots(before.obligation).filter((slot) => isChanged(slot) && !isWaiting(slot));
  const changed = withSlots(before, (slot) => (isChanged(slot) ? { ...slot, way, state: 'waiting-release' } : slot));
  return intended.length === 0 ? changed : post(changed, 'in-flight', 'reserved', sum(intended));
}

function release(before: Plan, { money }: PlanInput, policy: PaymentPolicy): Plan {
  if (before.obligation.kind !== 'rapid' || !policy.isRapidAutomatic) return before;
  let after = before;
  for (const slot of before.obligation.slots) {
    if (!isWaiting(slot) || !policy.railWays.includes(slot.way)) continue;
    const fits = money.siteLeftCents - after.releasedCents >= slot.amountCents;
    const state = fits ? 'intended' : 'capped';
    after = withSlots(after, (each) => (each === slot && slot.state !== state ? { ...slot, state } : each));
    if (!fits) continue;
    after = post(after, 'reserved', 'in-flight', slot.amountCents);
    after = { ...after, releasedCents: after.releasedCents + slot.amountCents };
  }
  return after;
}

/** How a closed obligation ended. */
export function endOf(obligation: Obligation): 'paid' | 'cancelled' {
  return presentSlots(obligation).some(({ state }) => state === 'collected') ? 'paid' : 'cancelled';
}
