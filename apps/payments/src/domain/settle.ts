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

/** Takes what the rail said into the obligation. A cancelled obligation gets no further generation. */
export function settle(
  obligation: Obligation,
  name: SlotName,
  { outcome, isCancelled }: { readonly outcome: RailOutcome; readonly isCancelled: boolean },
): Settled {
  const slot = obligation.slots.find((each) => each.slot === name.slot && each.generation === name.generation);
  // What another instance has settled meanwhile stays as it is.
  if (slot === undefined || !canMove(slot.state, outcome)) return { obligation, postings: [] };
  const change = (state: SlotState, more: Partial<Slot> = {}): Obligation => ({
    ...obligation,
    slots: obligation.slots.map((each) => (each === slot ? { ...slot, state, ...more } : each)),
  });
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
      return { obligation: change('collected'), postings: [move('outstanding', 'paid')] };
    case 'unknown':
      return { obligation: change('unknown'), postings: [] };
    case 'send-again':
      return { obligation: change('intended'), postings: [] };
    case 'secret-lost':
      return { obligation: change('unknown', { isSecretLost: true }), postings: [] };
    case 'definite-no': {
      const voided = change('void');
      if (isCancelled) return { obligation: voided, postings: [move('in-flight', 'available')] };
      const next: Slot = { ...slot, generation: slot.generation + 1, state: 'intended', isSecretLost: false };
      return { obligation: { ...voided, slots: [...voided.slots, next] }, postings: [] };
    }
    case 'contradiction':
      return { obligation: change('held'), postings: [] };
    case 'unchanged':
      return { obligation, postings: [] };
  }
}

/** Only the rail's own word about what it was asked moves a slot, and nothing moves one that has come to its end. */
function canMove(state: SlotState, outcome: RailOutcome): boolean {
  if (outcome.type === 'collected') return state === 'issued';
  if (outcome.type === 'contradiction') return state === 'issued' || state === 'intended' || state === 'unknown';
  return state === 'intended' || state === 'unknown';
}
