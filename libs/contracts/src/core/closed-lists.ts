/**
 * The lists of a city's profile that hold codes. A field that names one has no other value: text in the form of a code
 * could say who a household is.
 */
export const closedLists = [
  'events',
  'needs',
  'impactTypes',
  'serviceAreas',
  'evidenceClasses',
  'payoutMethods',
  'languages',
] as const;
export type ClosedList = (typeof closedLists)[number];

/** The codes of one city. */
export type CodeLists = Readonly<Record<ClosedList, readonly string[]>>;
