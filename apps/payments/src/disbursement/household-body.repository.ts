import { fromBody, toBody, type Body } from '#libs/records';
import type { HouseholdState, ReadyItem } from '../domain/household.js';
import type { HouseholdRecord } from '../domain/work.js';

// Fields inside a sealed body keep their first spelling, because a renamed field makes stored records unreadable.

type ItemBody = Omit<ReadyItem, 'number'> & { readonly slot: number };

interface HouseholdBody {
  readonly state: Omit<HouseholdState, 'items'> & { readonly items: readonly ItemBody[] };
  readonly keys: HouseholdRecord['keys'];
}

/** Writes a household into the body of its record. */
export function bodyOfHousehold({ state, keys }: HouseholdRecord): Body {
  const body: HouseholdBody = {
    state: { ...state, items: state.items.map(({ number: slot, ...item }) => ({ ...item, slot })) },
    keys,
  };
  return toBody(body);
}

/** Reads a household from the body of its record. */
export function householdOf(body: Body): HouseholdRecord {
  const { state, keys } = fromBody<HouseholdBody>(body);
  return {
    state: { ...state, items: state.items.map(({ slot: number, ...item }) => ({ ...item, number })) },
    keys,
  };
}
