export { RecordsError, type RecordsErrorCode } from './errors.js';
export { isOutlived, type Body, type FoundRow, type KindSpec, type Lasting, type Row } from './kind.js';
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
export { holdKinds, openHeld, type HeldRecord } from './held.js';
export { LeaseHolder, type Holding } from './lease-holder.js';
export { LegalHolds, type HoldRequest, type HoldSummary } from './legal-holds.js';
export { fromBody, toBody } from './plain-body.js';
export { Records, type RecordsOptions, type RowKeySource } from './records.js';
export type { RecordsTx, TakeDue } from './records-tx.js';
export { partitionOf, recordsDown, recordsUp } from './schema.js';
export { turn, type TurnOptions, type TurnPoint, type TurnResult } from './turn.js';
export { readTurns, type Turns } from './turns.js';
