import { periodOf, randomFrom, syntheticHousehold, type SyntheticHousehold } from './synthetic.js';

/** The part of a city's public profile from which synthetic households choose. */
export interface PublicProfile {
  readonly needs: readonly { readonly code: string }[];
  readonly impactPeriod: { readonly granularity: 'week' | 'month' };
  readonly residency: { readonly serviceAreas: readonly string[] };
  readonly payment: { readonly ways: readonly { readonly code: string; readonly enabled?: boolean }[] };
}

export interface PeopleOptions {
  readonly households: number;
  /** Makes the same households again. */
  readonly seed: number;
  /** Whether half of them ask for texts. */
  readonly texts: boolean;
}

/** Synthetic households of a city, paid by cash code if the city has it. */
export function peopleFor(
  profile: PublicProfile,
  today: string,
  { households, seed, texts }: PeopleOptions,
): readonly SyntheticHousehold[] {
  const random = randomFrom(seed);
  const ways = profile.payment.ways.filter(({ enabled }) => enabled !== false).map(({ code }) => code);
  return Array.from({ length: households }, () =>
    syntheticHousehold({
      random,
      needs: profile.needs.map(({ code }) => code),
      way: ways.includes('CASH') ? 'CASH' : (ways[0] ?? 'CASH'),
      period: periodOf(today, profile.impactPeriod.granularity),
      serviceAreas: profile.residency.serviceAreas,
      evidenceShare: 0.3,
      textShare: texts ? 0.5 : 0,
    }),
  );
}
