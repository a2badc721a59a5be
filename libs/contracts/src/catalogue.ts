import type { Contract, Message, PayloadOf, Service } from './core/contract.js';
import { eligibilityNoticeDue } from './eligibility/notice-due.v1.js';
import { eligibilityOutcomePosted } from './eligibility/outcome-posted.v1.js';
import { grantAwarded } from './eligibility/grant-awarded.v1.js';
import { grantCancelled } from './eligibility/grant-cancelled.v1.js';
import { eligibilityBoxMessage, intakeBoxMessage, paymentsBoxMessage } from './household/box-message.v1.js';
import { contactSlice } from './household/contact-slice.v1.js';
import { factsSlice } from './household/facts-slice.v1.js';
import { payoutSlice } from './household/payout-slice.v1.js';
import { eligibilityRequest, notificationRequest, paymentsRequest } from './household/requests.v1.js';
import { contactGiven } from './intake/contact-given.v1.js';
import { eligibilityRequestFiled } from './intake/eligibility-request-filed.v1.js';
import { factsSubmitted } from './intake/facts-submitted.v1.js';
import { notificationRequestFiled } from './intake/notification-request-filed.v1.js';
import { paymentsRequestFiled } from './intake/payments-request-filed.v1.js';
import { payoutChosen } from './intake/payout-chosen.v1.js';
import { grantClosed } from './payments/grant-closed.v1.js';
import { paymentsNoticeDue } from './payments/notice-due.v1.js';
import { paymentsOutcomePosted } from './payments/outcome-posted.v1.js';
import { presenceConfirmed } from './payments/presence-confirmed.v1.js';

/** All messages that one service may send to another. No other message can be sent. */
export const catalogue = [
  factsSubmitted,
  payoutChosen,
  contactGiven,
  eligibilityRequestFiled,
  paymentsRequestFiled,
  notificationRequestFiled,
  grantAwarded,
  grantCancelled,
  eligibilityOutcomePosted,
  paymentsOutcomePosted,
  eligibilityNoticeDue,
  paymentsNoticeDue,
  grantClosed,
  presenceConfirmed,
] as const;

/** The contracts of content that is sealed between a household's device and one service. */
export const sealedCatalogue = [
  factsSlice,
  payoutSlice,
  contactSlice,
  eligibilityRequest,
  paymentsRequest,
  notificationRequest,
  intakeBoxMessage,
  eligibilityBoxMessage,
  paymentsBoxMessage,
] as const;

export type AnyContract = (typeof catalogue)[number];
export type AnySealedContract = (typeof sealedCatalogue)[number];

/** The contracts that service S produces, or consumes. */
export type ContractsFrom<S extends Service> = Extract<AnyContract, { readonly producer: S }>;
export type ContractsTo<S extends Service> = Extract<AnyContract, { readonly consumer: S }>;

/** Every message that service S may send: a wrong producer or field does not compile. */
export type Outgoing<S extends Service> = MessageOf<ContractsFrom<S>>;
type MessageOf<C> = C extends AnyContract ? Message<C> : never;

/** A message, typed by its contract: `message(grantClosed, day, { … })`. */
export function message<const C extends AnyContract>(contract: C, day: string, payload: PayloadOf<C>): Message<C> {
  return { contract, day, payload };
}

export function contractsFrom<S extends Service>(service: S): readonly ContractsFrom<S>[] {
  return catalogue.filter((contract) => contract.producer === service) as unknown as ContractsFrom<S>[];
}

export function contractsTo<S extends Service>(service: S): readonly ContractsTo<S>[] {
  return catalogue.filter((contract) => contract.consumer === service) as unknown as ContractsTo<S>[];
}

/** A contract by its topic; undefined if no contract has this topic. */
export function contractOfTopic(topic: string): AnyContract | undefined {
  return catalogue.find((contract: Contract) => contract.topic === topic);
}
