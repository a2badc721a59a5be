import type { AccountKind, Posting } from './money.js';
import type { Obligation, Slot, SlotState } from './obligation.js';
import type { RailOutcome } from './rail.js';

export interface Settled {
  readonly obligation: Obligation;
  readonly postings: readonly Posting[];
}

export interface SlotName {
  readonly slot: number;
  readonly generation: number;
}

/** Takes what the rail said into the obligation. One that is cancelled or has lapsed gets no further generation. */
export function settle(
  obligation: Obligation,
  name: SlotName,
  { outcome, isEnding }: { readonly outcome: RailOutcome; readonly isEnding: boolean },
): Settled {
  const slot = obligation.slots.find((each) => each.slot === name.slot && each.generation === name.generation);
  // What another instance has settled meanwhile stays as it is.
  if (slot === undefined || !canMove(slot, outcome)) return { obligation, postings: [] };
  const change = (state: SlotState, more: Partial<Slot> = {}): Obligation => {
    const changed = { ...slot, state, ...more };
    if (state === slot.state && changed.isSecretLost === slot.isSecretLost && changed.isCareful === slot.isCareful)
      return obligation;
    return { ...obligation, slots: obligation.slots.map((each) => (each === slot ? changed : each)) };
  };
  const move = (from: AccountKind, to: AccountKind): Posting => ({
    fund: obligation.fund ?? '',
    from,
    to,
    amountCents: slot.amountCents,
    obligation: obligation.id,
  });
  switch (outcome.type) {
    case 'issued':
      return { obligation: change('issued'), postings: [move('in-flight', 'outstanding')] };
    case 'collected':
      return {
        obligation: change('collected'),
        postings: [move(slot.state === 'issued' ? 'outstanding' : 'in-flight', 'paid')],
      };
    case 'unknown':
      return { obligation: change('unknown'), postings: [] };
    case 'send-again':
      return { obligation: change('intended', { isSecretLost: false, isCareful: false }), postings: [] };
    case 'secret-lost':
      return { obligation: change('unknown', { isSecretLost: true }), postings: [] };
    case 'definite-no': {
      const voided = change('void');
      const from = slot.state === 'issued' ? 'outstanding' : 'in-flight';
      if (isEnding) return { obligation: voided, postings: [move(from, 'available')] };
      const next: Slot = {
        ...slot,
        generation: slot.generation + 1,
        state: 'intended',
        isSecretLost: false,
        isTakenUp: false,
      };
      const postings = from === 'outstanding' ? [move(from, 'in-flight')] : [];
      return { obligation: { ...voided, slots: [...voided.slots, next] }, postings };
    }
    case 'contradiction': {
      // A code that was out is no longer counted as out: where its money is, people must find.
      const postings = slot.state === 'issued' ? [move('outstanding', 'in-flight')] : [];
      return { obligation: change('held'), postings };
    }
    case 'unchanged':
      return { obligation, postings: [] };
  }
}

/** How people say that an instrument ended, of which the partner's books and ours contradicted each other. */
export type PeoplesEnd = 'ask-again' | 'never-paid' | 'paid';

/** Takes what two people have found out into the obligation. Only what is held is theirs to settle. */
export function settleByPeople(
  obligation: Obligation,
  name: SlotName,
  { end, isEnding }: { readonly end: PeoplesEnd; readonly isEnding: boolean },
): Settled {
  const isIt = (slot: Slot): boolean => slot.slot === name.slot && slot.generation === name.generation;
  if (!obligation.slots.some((slot) => isIt(slot) && slot.state === 'held')) return { obligation, postings: [] };
  // Whatever they say, its code may be in somebody's hands.
  const open = (slot: Slot): Slot =>
    isIt(slot) ? { ...slot, state: 'unknown', isSecretLost: false, isCareful: true } : slot;
  const asked: Obligation = { ...obligation, slots: obligation.slots.map(open) };
  if (end === 'ask-again') return { obligation: asked, postings: [] };
  const outcome: RailOutcome = { type: end === 'paid' ? 'collected' : 'definite-no' };
  return settle(asked, name, { outcome, isEnding });
}

/** Only the rail's own word about what it was asked moves a slot, and nothing moves one that has come to its end. */
function canMove({ state, isSecretLost, isCareful }: Slot, outcome: RailOutcome): boolean {
  const isOpen = state === 'intended' || state === 'unknown';
  switch (outcome.type) {
    case 'collected':
      return state === 'issued' || (isOpen && isCareful);
    case 'contradiction':
      return isOpen || state === 'issued';
    case 'issued':
      // Once its code was lost it is being voided: a late answer that brings the code is of no use any more.
      return isOpen && !isSecretLost;
    case 'definite-no':
      return isOpen || (state === 'issued' && isSecretLost);
    case 'unknown':
    case 'send-again':
    case 'secret-lost':
    case 'unchanged':
      return isOpen;
  }
}
