import { canBeTakenBack, isOut, isUnsent, isWaiting, presentSlots } from './obligation.js';
import { close, post, sum, withSlots, type Plan } from './planning.js';

/** Nothing that may have reached a rail is taken back; the rest is. */
export function cancel(before: Plan): Plan {
  const { obligation } = before;
  if (obligation.status !== 'reserved') return { ...before, obligation: { ...obligation, status: 'closed' } };
  if (obligation.slots.length === 0) {
    const returned = post(before, 'reserved', 'available', obligation.amountCents);
    return { ...returned, obligation: { ...obligation, status: 'closed' } };
  }
  return recall(before);
}

/**
 * Nothing that is on its way is touched: it is asked about. What is out is voided by the partner, or collected first.
 */
function recall(before: Plan): Plan {
  const returned = takeBack(before);
  return withSlots(voidAtRail(returned), (slot) => {
    if (canBeTakenBack(slot)) return { ...slot, state: 'void' };
    return isOut(slot) ? { ...slot, isSecretLost: true } : slot;
  });
}

/** Nobody came: everything that can be had back goes back, and what was owed can be promised again. */
export function lapse(before: Plan): Plan {
  const back = giveBack(before);
  if (back.obligation.status !== 'reserved') return back;
  const recalled = recall(back);
  const slots = presentSlots(recalled.obligation);
  if (slots.every(({ state }) => state === 'collected')) return close(recalled);
  const isBack = slots.every(({ state }) => state === 'collected' || state === 'void');
  return isBack ? { ...recalled, obligation: { ...recalled.obligation, status: 'open' } } : recalled;
}

/**
 * What may have been sent without the books' knowing is voided at the rail first; only its definite no frees the money.
 */
function voidAtRail(before: Plan): Plan {
  const doubtful = presentSlots(before.obligation).filter((slot) => slot.isCareful && isUnsent(slot));
  const waiting = sum(doubtful.filter(isWaiting));
  const moved = waiting === 0n ? before : post(before, 'reserved', 'in-flight', waiting);
  return withSlots(moved, (slot) =>
    doubtful.includes(slot) ? { ...slot, state: 'unknown', isSecretLost: true } : slot,
  );
}

/** Makes available what has not been sent. */
export function takeBack(before: Plan): Plan {
  const slots = presentSlots(before.obligation).filter(canBeTakenBack);
  const waiting = sum(slots.filter(isWaiting));
  const intended = sum(slots.filter((slot) => !isWaiting(slot)));
  const first = waiting === 0n ? before : post(before, 'reserved', 'available', waiting);
  return intended === 0n ? first : post(first, 'in-flight', 'available', intended);
}

/** The household turns out not to have been seen by anyone: nothing is kept for it until it has. */
export function giveBack(before: Plan): Plan {
  const { obligation } = before;
  if (obligation.status === 'waiting-list') return { ...before, obligation: { ...obligation, status: 'open' } };
  if (obligation.status !== 'reserved' || obligation.slots.length > 0) return before;
  const returned = post(before, 'reserved', 'available', obligation.amountCents);
  return { ...returned, obligation: { ...obligation, status: 'open', fund: undefined } };
}
