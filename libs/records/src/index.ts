export { RecordsError, type RecordsErrorCode } from './errors.js';
export type { Body, FoundRow, KindSpec, Row } from './kind.js';
export {
  keepingKinds,
  MessageKeeping,
  type LaterMessage,
  type MessageKey,
  type MessageKeepingOptions,
  type ParkedGroup,
  type ParkedMessage,
  type ParkedSummary,
  type SeenMessage,
  type Sight,
  type TakenMessage,
} from './message-keeping.js';
export { HOLDER_LOCK, LeaseHolder, type Holding } from './lease-holder.js';
export { fromBody, toBody } from './plain-body.js';
export { Records, type RecordsOptions, type RowKeySource } from './records.js';
export type { RecordsTx, TakeDue } from './records-tx.js';
export { NIGHT_LOCK, partitionOf, recordsDown, recordsUp } from './schema.js';
export { turn, TURN_LOCK, type TurnOptions, type TurnPoint, type TurnResult } from './turn.js';
export type { Tx } from './tx.js';
