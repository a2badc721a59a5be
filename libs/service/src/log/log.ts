import { pino, type Logger } from 'pino';
import { systemClock, type Clock } from '../clock/clock.js';

/** The shapes of log fields. A value without a declared shape is left out, so that the caller cannot add one. */
const shapes = {
  // Less than the smallest phone number of ten digits.
  count: (value: unknown) => Number.isSafeInteger(value) && Math.abs(value as number) < 1_000_000_000,
  ms: (value: unknown) => typeof value === 'number' && Math.abs(value) < 1_000_000_000,
  code: (value: unknown) => typeof value === 'string' && value.length <= 64 && CODE.test(value),
  day: (value: unknown) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  pseudonym: isPseudonym,
  flag: (value: unknown) => typeof value === 'boolean',
  // Names of settings, which come from our own code; never their values.
  settings: (value: unknown) =>
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string' && /^[A-Z]{1,15}(?:_[A-Z]{1,15})*$/.test(name)),
  // The pattern of one of our routes with its listener, `main POST /v1/release/open`; never a path that a client sent.
  route: (value: unknown) =>
    typeof value === 'string' && value.length <= 120 && /^[a-z]+ [A-Z/]{3,60} \/[a-z\d/:*._-]*$/i.test(value),
  // Places in our own code. The message of an error is never written, because it may contain input.
  frames: (value: unknown) =>
    Array.isArray(value) && value.every((frame) => typeof frame === 'string' && FRAME.test(frame)),
} as const;
type Shape = keyof typeof shapes;

/**
 * The forms of program codes: `day-over`, `intake.facts-submitted.v1`, `SIGTERM`, `ERR_X`, `TypeError`, and the
 * SQLSTATE of PostgreSQL. No sentence, phone number or sealed bytes fit them.
 */
const codeForms = [
  '[a-z][a-z0-9]{0,23}(?:[.:_-][a-z][a-z0-9]{0,23})*',
  '[A-Z]{1,15}(?:_[A-Z0-9]{1,15})*',
  '[A-Z]+[a-z][A-Za-z]*',
  '[0-9A-Z]{5}',
];
const CODE = new RegExp(`^(?:${codeForms.join('|')})$`);

/** A pseudonym begins with a letter and has at most nine digits, so that no phone number is one. */
const PSEUDONYM = /^(?!(?:.*\d){10})[a-z][a-z0-9-]{2,39}$/;

/** The person in the audit of an act that was done with the rights of the database, and nobody's pseudonym. */
export const COMMAND_LINE = 'command-line';

/** True for a valid pseudonym of staff. Enrolment and the log accept the same values. */
export function isPseudonym(value: unknown): value is string {
  return typeof value === 'string' && value !== COMMAND_LINE && PSEUDONYM.test(value);
}

const FRAME = /^[\w.<>[\] -]{0,80}\(?(?:file:\/\/)?[\w./@+-]{1,200}:\d{1,6}(?::\d{1,6})?\)?$/;

/** Every event that a service may log, with every field it may have. Nothing else can be logged. */
export const logEvents = {
  started: { port: 'count', coreFiles: 'code', ms: 'ms' },
  'start-failed': { error: 'code', code: 'code', frames: 'frames', settings: 'settings', route: 'route' },
  stopping: { signal: 'code' },
  stopped: {},
  'process-failed': { error: 'code', code: 'code', frames: 'frames' },
  'request-failed': { error: 'code', code: 'code', frames: 'frames' },
  'requests-refused': { code: 'code', count: 'count' },
  'work-failed': { work: 'code', error: 'code', code: 'code', frames: 'frames' },
  'work-done': { work: 'code', count: 'count', ms: 'ms' },
  bus: { event: 'code', topic: 'code', partition: 'count', count: 'count', code: 'code', day: 'day', ms: 'ms' },
  alarm: { alarm: 'code', count: 'count', code: 'code', topic: 'code', day: 'day' },
  keys: { event: 'code', day: 'day', count: 'count' },
  'ledger-frozen': { code: 'code' },
  // The member of staff who requested the operation, as a pseudonym.
  operation: { operation: 'code', by: 'pseudonym' },
  'operation-refused': { operation: 'code', by: 'pseudonym', code: 'code' },
} as const satisfies Record<string, Readonly<Record<string, Shape>>>;

export type LogEvent = keyof typeof logEvents;
export type LogFields<E extends LogEvent> = { readonly [F in keyof (typeof logEvents)[E]]?: unknown };
export type LogLevel = 'info' | 'warn' | 'error';

/** Writes declared events with declared fields, one JSON line each. */
export abstract class Log {
  abstract write<E extends LogEvent>(level: LogLevel, event: E, fields?: LogFields<E>): void;
}

/** @param sink receives the lines; the default is standard output */
export function createLog(service: string, sink?: { write(line: string): void }, clock: Clock = systemClock): Log {
  const options = {
    base: { service },
    formatters: { level: (label: string) => ({ level: label }) },
    // The hour is enough to follow an incident; a finer time would show when a household applied.
    timestamp: () => `,"hour":"${clock.now().toISOString().slice(0, 13)}"`,
    serializers: {},
  };
  const logger: Logger = sink === undefined ? pino(options) : pino(options, sink);
  return {
    write(level, event, fields = {}) {
      logger[level](allowed(event, fields), event);
    },
  };
}

function allowed(event: LogEvent, fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const declared: Readonly<Record<string, Shape>> = Object.hasOwn(logEvents, event) ? logEvents[event] : {};
  const kept: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(declared)) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value !== undefined && shapes[shape](value)) kept[name] = value;
  }
  return kept;
}

/** The parts of an error that may be logged: its class, its code, and its place in our code. Never its message. */
export function errorFields(error: unknown): { error: string; code: string | undefined; frames: readonly string[] } {
  if (!(error instanceof Error)) return { error: 'not-an-error', code: undefined, frames: [] };
  const { code } = error as { code?: unknown };
  return {
    error: error.constructor.name,
    code: typeof code === 'string' ? code : undefined,
    frames: framesOf(error),
  };
}

function framesOf(error: Error): readonly string[] {
  const lines = afterMessage(error)
    .split('\n')
    .filter((line) => line.startsWith('    at '));
  return lines.slice(0, 8).flatMap((line) => {
    const frame = line.slice(7).replace(/^async /, '');
    return FRAME.test(frame) ? [frame] : [];
  });
}

/**
 * The part of the stack after the message. The stack repeats the message, and a message of several lines may have lines
 * that look like frames. If the message was changed since the error was made, the two cannot be separated, and the
 * result is empty.
 */
function afterMessage({ stack = '', message }: Error): string {
  if (message === '') return /^[\w.]+\n {4}at /.test(stack) ? stack : '';
  const at = stack.indexOf(message);
  return at < 0 ? '' : stack.slice(at + message.length);
}
