/**
 * The kind of a failure decides what happens next. `conflict`: the same work runs again at once. `infrastructure`: the
 * same work runs again for as long as it takes, and nothing is ever parked for it. `timeout`: it runs in smaller
 * pieces. `content`: it is split, and the message at fault is parked.
 */
export type Failure = 'conflict' | 'infrastructure' | 'timeout' | 'content';

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);
const CONFLICTS = new Set(['40001', '40P01']);
const TIMEOUTS = new Set(['57014', '25P04', '25P03']);
/**
 * SQLSTATE classes for faults in the values of a statement: data exception, integrity violation, raised by a trigger.
 */
const CONTENT_CLASSES = new Set(['22', '23', 'P0']);

/** Classifies an error by its code. A lost connection in `pg` has no code and is recognized by its text. */
export function failureOf(error: unknown): Failure {
  const { code, canRetry, message, syscall } = fieldsOf(error);
  // A full disk or an unreadable file is the machine's fault, whatever is being handled.
  if (typeof syscall === 'string') return 'infrastructure';
  if (canRetry === true) return code === 'conflict' ? 'conflict' : 'infrastructure';
  if (canRetry === false) return 'content';
  if (typeof code !== 'string') return isLostConnection(message) ? 'infrastructure' : 'content';
  if (CONFLICTS.has(code)) return 'conflict';
  if (TIMEOUTS.has(code)) return 'timeout';
  if (CONNECTION_CODES.has(code)) return 'infrastructure';
  // Every other SQLSTATE is about the server, the schema or the rights, not about the message.
  if (/^[0-9A-Z]{5}$/.test(code)) return CONTENT_CLASSES.has(code.slice(0, 2)) ? 'content' : 'infrastructure';
  return 'content';
}

/**
 * Returns a code for a parked message: one of our own libraries, an SQLSTATE, or a fixed word. It returns no foreign
 * text.
 */
export function parkingCodeOf(error: unknown): string {
  const { code } = fieldsOf(error);
  const isOurs = error instanceof Error && 'canRetry' in error;
  if (typeof code !== 'string') return 'handler-failed';
  if (isOurs && /^[a-z][a-z-]{0,39}$/.test(code)) return code;
  return /^[0-9A-Z]{5}$/.test(code) ? `sql-${code.toLowerCase()}` : 'handler-failed';
}

function fieldsOf(error: unknown): { code?: unknown; canRetry?: unknown; message?: unknown; syscall?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}

/** Texts of the client for a lost connection, which has no code. */
const lostConnections = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed',
];

function isLostConnection(message: unknown): boolean {
  return typeof message === 'string' && lostConnections.some((beginning) => message.startsWith(beginning));
}
