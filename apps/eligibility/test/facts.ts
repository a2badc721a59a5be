import type { Facts } from '../src/domain/policy.js';

/** A family of three whose income stopped. */
export const family: Facts = {
  event: 'EVT-A',
  needs: ['FOD'],
  impactPeriod: '2026-W46',
  incomeChange: 'stopped',
  incomeAtOrBelow: undefined,
  billCents: undefined,
  urgent: [],
  householdSize: 3,
  inCity: true,
  areaFit: 'inside',
  evidenceClass: 'R6',
  attested: { residence: true, impact: true, need: true, honesty: true },
};
