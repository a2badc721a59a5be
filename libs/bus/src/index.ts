export type { Alarm, AlarmCode, OnAlarm } from './alarm.js';
export type { BusOptions, BusPoint } from './bus-options.js';
export { Bus } from './bus.js';
export type { ConsumerState } from './consumer.js';
export { deliver, ordersOf } from './deliver.js';
export { BusError, type BusErrorCode } from './errors.js';
export { failureOf, type Failure } from './failure.js';
export {
  handlerOf,
  type AnyDelivery,
  type BatchHandler,
  type ConsumerOf,
  type Delivery,
  type Handled,
  type HandlerEntry,
  type UnitOfWork,
} from './handlers.js';
export type { KafkaConnection } from './kafka-client.js';
export type { Keeping, KeptKey, KeptMessage, ParkedGroup, SeenMessage, Sight, TakenMessage } from './keeping.js';
export { defaultLimits, poolConfig, TRANSACTION_TIMEOUT_MS, type BusLimits } from './limits.js';
export { BatchTransport } from './nest/batch-transport.js';
export { handlersFor, OnContract, OnSlice, type BatchContext, type SliceDelivery } from './nest/on-contract.js';
export type { SliceFailure } from './open-slice.js';
export type { Processor, Tally } from './processor.js';
export { park, parkFromDevice, takeAll, type Park, type Taking } from './taking.js';
export { Transactions } from './transactions.js';
export type { RelayStatus } from './relay.js';
export { requestRepublish } from './relay-log.js';
export { busDown, busUp } from './schema.js';
export type { BusStatus, DatabaseStatus } from './status.js';
export { largestRecordBytes } from './sizes.js';
export { prepareTopics } from './topics.js';
