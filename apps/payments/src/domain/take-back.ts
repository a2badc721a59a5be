import { canBeTakenBack, isOut, isUnsent, isWaiting, presentInstruments } from './obligation.js';
import { close, post, sum, withInstruments, type Plan } from './planning.js';

/** Takes back everything that has certainly not reached a rail. */
export function cancel(before: Plan): Plan {
  const { obligation } = before;
  if (obligation.status !== 'reserved') return { ...before, obligation: { ...obligation, status: 'closed' } };
  if (obligation.instruments.length === 0) {
    const returned = post(before, 'reserved', 'available', obligation.amountCents);
    return { ...returned, obligation: { ...obligation, status: 'closed' } };
  }
  return recall(before);
}

/**
 * An instrument under way is not touched; an inquiry follows. The partner voids an issued one, unless it is collected
 * first.
 */
function recall(before: Plan): Plan {
  const returned = takeBack(before);
  return withInstruments(voidAtRail(returned), (instrument) => {
    if (canBeTakenBack(instrument)) return { ...instrument, state: 'void' };
    return isOut(instrument) ? { ...instrument, isSecretLost: true } : instrument;
  });
}

/** Nobody collected: all money that can come back goes back, and the obligation can be reserved again. */
export function lapse(before: Plan): Plan {
  const back = giveBack(before);
  if (back.obligation.status !== 'reserved') return back;
  const recalled = recall(back);
  const instruments = presentInstruments(recalled.obligation);
  if (instruments.every(({ state }) => state === 'collected')) return close(recalled);
  const isBack = instruments.every(({ state }) => state === 'collected' || state === 'void');
  return isBack ? { ...recalled, obligation: { ...recalled.obligation, status: 'open' } } : recalled;
}

/**
 * Voids at the rail instruments that may have been sent without a trace in the ledger. Only a definite no frees the
 * money.
 */
function voidAtRail(before: Plan): Plan {
  const doubtful = presentInstruments(before.obligation).filter(
    (instrument) => instrument.inquireFirst && isUnsent(instrument),
  );
  const waiting = sum(doubtful.filter(isWaiting));
  const moved = waiting === 0n ? before : post(before, 'reserved', 'in-flight', waiting);
  return withInstruments(moved, (instrument) =>
    doubtful.includes(instrument) ? { ...instrument, state: 'unknown', isSecretLost: true } : instrument,
  );
}

/** Returns the money of unsent instruments. */
export function takeBack(before: Plan): Plan {
  const instruments = presentInstruments(before.obligation).filter(canBeTakenBack);
  const waiting = sum(instruments.filter(isWaiting));
  const intended = sum(instruments.filter((instrument) => !isWaiting(instrument)));
  const first = waiting === 0n ? before : post(before, 'reserved', 'available', waiting);
  return intended === 0n ? first : post(first, 'in-flight', 'available', intended);
}

/** Nobody has seen the household: nothing is reserved for it until somebody has. */
export function giveBack(before: Plan): Plan {
  const { obligation } = before;
  if (obligation.status === 'waiting-list') return { ...before, obligation: { ...obligation, status: 'open' } };
  if (obligation.status !== 'reserved' || obligation.instruments.length > 0) return before;
  const returned = post(before, 'reserved', 'available', obligation.amountCents);
  return { ...returned, obligation: { ...obligation, status: 'open', fund: undefined } };
}
