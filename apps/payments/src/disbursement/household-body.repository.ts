import { fromBody, toBody, type Body } from '#libs/records';
import type { HouseholdState, ReadyItem } from '../domain/household.js';
import type { HouseholdRecord } from '../domain/work.js';

// Fields inside a sealed body keep their first spelling, because a renamed field makes stored records unreadable.

interface HouseholdBody {
  readonly state: Omit<HouseholdState, 'payout' | 'change' | 'items' | 'reported'> & {
    readonly payout?: { readonly way: string; readonly site?: string } | undefined;
    readonly change?: { readonly n: number; readonly way: string } | undefined;
    readonly items: readonly ItemBody[];
    readonly said: HouseholdState['reported'];
  };
  readonly keys?: HouseholdRecord['keys'];
}

type ItemBody = Omit<ReadyItem, 'number' | 'payoutMethod'> & { readonly slot: number; readonly way: string };

/** Writes a household into the body of its record. */
export function bodyOfHousehold({ state, keys }: HouseholdRecord): Body {
  const { payout, change, items, reported, ...rest } = state;
  return toBody({
    state: {
      ...rest,
      said: reported,
      payout: payout && { way: payout.payoutMethod, site: payout.site },
      change: change && { n: change.n, way: change.payoutMethod },
      items: items.map(({ number, payoutMethod, ...item }) => ({ ...item, slot: number, way: payoutMethod })),
    },
    keys,
  });
}

/** Reads a household from the body of its record. */
export function householdOf(body: Body): HouseholdRecord {
  const { state, keys } = fromBody<HouseholdBody>(body);
  const { payout, change, items, said, ...rest } = state;
  return {
    state: {
      ...rest,
      reported: said,
      payout: payout && { payoutMethod: payout.way, site: payout.site },
      change: change && { n: change.n, payoutMethod: change.way },
      items: items.map(({ slot, way, ...item }) => ({ ...item, number: slot, payoutMethod: way })),
    },
    keys,
  };
}
