import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AttemptRequest } from '../log/attempt.js';
import { errorFields, Log } from '../log/log.js';
import { Problem, problemBody, problems, type ProblemCode } from './problem.js';

/**
 * Errors of a contract have a code and a declared field. They are recognized by shape, so that this file needs no
 * import of libs/contracts.
 */
const contractCodes: Readonly<Record<string, ProblemCode>> = {
  'not-json': 'not-json',
  'duplicate-key': 'duplicate-key',
  'unknown-field': 'unknown-field',
  'invalid-number': 'invalid-body',
  'invalid-text': 'invalid-body',
  'too-deep': 'invalid-body',
  'not-an-object': 'invalid-body',
  'missing-field': 'invalid-body',
  'invalid-field': 'invalid-body',
  'wrong-size': 'invalid-body',
};

const fastifyCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'wrong-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'not-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'not-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-body',
  FST_ERR_BAD_URL: 'not-found',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
  FST_ERR_NOT_FOUND: 'not-found',
};

/** Sent as Retry-After: the usual time until a database is back, in seconds. */
const UNAVAILABLE_SECONDS = 5;

const statusCodes: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid-body',
  404: 'not-found',
  405: 'not-found',
  413: 'too-large',
  415: 'wrong-media-type',
  429: 'too-many',
};

/** Turns any error into a problem, which carries only a code and a declared field. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { name, code, field, statusCode } = (error ?? {}) as Record<string, unknown>;
  if (name === 'ContractError' && typeof code === 'string') {
    return new Problem(contractCodes[code] ?? 'invalid-body', typeof field === 'string' ? { field } : {});
  }
  if (typeof code === 'string' && fastifyCodes[code] !== undefined) return new Problem(fastifyCodes[code]);
  if (error instanceof SyntaxError) return new Problem('not-json');
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (typeof status === 'number' && statusCodes[status] !== undefined) return new Problem(statusCodes[status]);
  return new Problem('unavailable');
}

/** Handles every error of every route. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { attempt } = http.getRequest<AttemptRequest>();
    if (attempt !== undefined) {
      this.log.write('warn', 'operation-refused', { ...attempt, code: problemOf(error).code });
    }
    sendProblem(http.getResponse<FastifyReply>(), error, this.log);
  }
}

const refusals = new WeakSet<object>();

/** The bytes of a refusal. `isRefusal` recognizes them, so that they may leave without admission by the guard. */
export function refusalOf(problem: Problem): Buffer {
  const bytes = Buffer.from(JSON.stringify(problemBody(problem)));
  refusals.add(bytes);
  return bytes;
}

/** True for bytes that `refusalOf` made. */
export function isRefusal(content: unknown): boolean {
  return typeof content === 'object' && content !== null && refusals.has(content);
}

export function sendProblem(reply: FastifyReply, error: unknown, log: Log): void {
  const problem = problemOf(error);
  // An unexpected error is our fault: the log gets its place in the code, and the caller gets a fixed sentence.
  const isOurs = error instanceof Problem;
  if (isOurs ? error.cause !== undefined : problem.code === 'unavailable') {
    log.write('error', 'request-failed', errorFields(isOurs ? error.cause : error));
  }
  const { retryAfterSeconds = problem.code === 'unavailable' ? UNAVAILABLE_SECONDS : undefined } = problem.details;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  void reply
    .status(problems[problem.code].status)
    .header('content-type', 'application/problem+json')
    .send(refusalOf(problem));
}
