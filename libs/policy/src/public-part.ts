/**
 * Sections of a profile that a device may see: the questions, their words, the amounts. Never balances, caps of
 * release, or the triggers of a review.
 */
const publicSections = [
  'profileId',
  'profileVersion',
  'publicLabel',
  'recordHolder',
  'statusAsked',
  'events',
  'needs',
  'referralsOnly',
  'impactTypes',
  'impactPeriod',
  'attestation',
  'incomeTest',
  'grants',
  'residency',
  'documents',
  'appeal',
  'denialReasons',
  'retentionDays',
  'languages',
  'lanes',
] as const;

export function publicPartOf(json: unknown): Readonly<Record<string, unknown>> {
  const source = json as Record<string, unknown>;
  const picked: Record<string, unknown> = {};
  for (const section of publicSections) if (source[section] !== undefined) picked[section] = source[section];
  const payment = source['payment'] as { ways?: unknown } | undefined;
  const duplicates = source['duplicates'] as { tokens?: unknown; cycleDays?: unknown } | undefined;
  return {
    ...picked,
    payment: { ways: payment?.ways ?? [] },
    duplicates: { tokens: duplicates?.tokens ?? [], cycleDays: duplicates?.cycleDays },
  };
}
