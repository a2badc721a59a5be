export { Signal } from './signal.js';
export { commentsOn, KEPT, type TableDeclaration, type TableDeclarations, type TableEnd } from './table-declaration.js';
export { declaredRights, grantStatements, MIGRATION_TABLE, type RightsDeclaration } from './rights.js';
export {
  liveRights,
  liveSchema,
  schemaDifferences,
  type DatabaseDeclaration,
  type SchemaDifference,
} from './schema-check.js';
export { columns, type ColumnRow, type Columns, type ColumnsOptions, type ColumnTypes } from './columns.js';
export { locks } from './locks.js';
export { Loop, type LoopOptions, type Running } from './loop.js';
export { named } from './statement.js';
export { hearLostSessions, inTransaction, reading, throughPooler, type Tx } from './tx.js';
export { wholeTimes } from './whole-times.js';
