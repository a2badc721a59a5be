// Exports for tests of services. No service is shipped with them.
export type { Failpoint as BusPoint } from './bus-options.js';
export { deliver, ordersOf } from './consume/deliver.js';
export { handlerOf, type BatchHandler, type HandlerEntry } from './consume/handlers.js';
export type { Processor } from './consume/processor.js';
export { Inbox } from './inbox/inbox.js';
export { OnContract } from './nest/on-contract.js';
export { requestRepublish } from './produce/relay-log.js';
export type { AnyDelivery } from './produce/unit-of-work.js';
