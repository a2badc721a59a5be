export type { BusOptions, BusPoint } from './bus-options.js';
export { Bus } from './bus.js';
export type { ConsumerState } from './consume/consumer.js';
export {
  handlerOf,
  type BatchHandler,
  type ConsumerOf,
  type Delivery,
  type Handled,
  type HandlerEntry,
} from './consume/handlers.js';
export type { SliceFailure } from './consume/open-slice.js';
export type { Processor, Tally } from './consume/processor.js';
export { park, parkFromDevice, takeAll, type Park, type Taking } from './consume/taking.js';
export { Inbox } from './inbox/inbox.js';
export { inboxKinds } from './inbox/kept-body.js';
export type { ParkedGroup } from './inbox/parked-messages.js';
export { largestRecordBytes } from './inbox/sizes.js';
export type { KafkaConnection } from './kafka/kafka-client.js';
export { prepareTopics } from './kafka/topics.js';
export { defaultLimits, poolConfig, TRANSACTION_TIMEOUT_MS, type BusLimits } from './limits.js';
export { BatchTransport } from './nest/batch-transport.js';
export { handlersFor, OnContract, OnSlice, type BatchContext, type SliceDelivery } from './nest/on-contract.js';
export { requestRepublish } from './produce/relay-log.js';
export type { RelayStatus } from './produce/relay.js';
export { Transactions } from './produce/transactions.js';
export type { AnyDelivery, UnitOfWork } from './produce/unit-of-work.js';
export { busDown, busUp } from './schema.js';
export type { BusStatus, DatabaseStatus } from './status.js';
export type { Alarm, AlarmCode, OnAlarm } from './trouble/alarm.js';
export { BusError, type BusErrorCode } from './trouble/errors.js';
export { failureOf, type Failure } from './trouble/failure.js';
