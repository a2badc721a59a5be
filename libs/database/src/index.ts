export { Signal } from './signal.js';
export { commentsOn, KEPT, type TableMeaning } from './comments.js';
export { columns, type ColumnRow, type Columns, type ColumnsOptions, type ColumnTypes } from './columns.js';
export { locks } from './locks.js';
export { Loop, type LoopOptions, type Running } from './loop.js';
export { named } from './statement.js';
export { hearLostSessions, inTransaction, reading, throughPooler, type Tx } from './tx.js';
