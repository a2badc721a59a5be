/**
 * What went wrong decides what is done. `conflict`: the same work again, at once. `infrastructure`: the same work
 * again, for as long as it takes; nothing is ever parked for it. `timeout`: in smaller pieces. `content`: split, then
 * parked.
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
 * Classes in which the values of a statement are at fault: data exception, integrity violation, raised by a trigger.
 */
const CONTENT_CLASSES = new Set(['22', '23', 'P0']);

/** Errors of `pg` and Node carry codes; those without one are told by how `pg` words the loss of a connection. */
export function failureOf(error: unknown): Failure {
  const { code, canRetry, message, syscall } = fieldsOf(error);
  // A disk that is full, a file that cannot be read: of this machine, whatever is being handled.
  if (typeof syscall === 'string') return 'infrastructure';
  if (canRetry === true) return code === 'conflict' ? 'conflict' : 'infrastructure';
  if (canRetry === false) return 'content';
  if (typeof code !== 'string') return isLostConnection(message) ? 'infrastructure' : 'content';
  if (CONFLICTS.has(code)) return 'conflict';
  if (TIMEOUTS.has(code)) return 'timeout';
  if (CONNECTION_CODES.has(code)) return 'infrastructure';
  // Every other SQLSTATE says something about the server, the schema or the rights, not about the message.
  if (/^[0-9A-Z]{5}$/.test(code)) return CONTENT_CLASSES.has(code.slice(0, 2)) ? 'content' : 'infrastructure';
  return 'content';
}

/**
 * A code for a parked message: our own libraries' closed lists, an SQLSTATE, or a fixed word. Never an outside text.
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

/** What the client says of it; it has no codes. */
const lostConnections = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed',
];

function isLostConnection(message: unknown): boolean {
  return typeof message === 'string' && lostConnections.some((beginning) => message.startsWith(beginning));
}
