import type { Service } from './contract.js';

/**
 * Long-lived secrets of each service, made at set-up and never by the service itself: without its key a service must
 * stop, since another key would give other ids, and other ids can pay twice.
 */
export const serviceSecrets = {
  intake: ['submission'],
  eligibility: ['grant', 'sample'],
  payments: ['ledger', 'rail-reference', 'pick-up'],
  notification: ['text-reference'],
} as const satisfies Readonly<Record<Service, readonly string[]>>;
