import type { Service } from './contract.js';

/**
 * Long-lived secrets of each service. Set-up makes them, never the service itself: a service without its secret must
 * stop, because another secret would give other ids, and other ids can pay twice.
 */
export const serviceSecrets = {
  intake: ['submission'],
  eligibility: ['grant', 'sample'],
  payments: ['ledger', 'rail-reference', 'pick-up'],
  notification: ['text-reference'],
} as const satisfies Readonly<Record<Service, readonly string[]>>;
