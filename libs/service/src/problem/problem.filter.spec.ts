import {
  BadRequestException,
  HttpException,
  NotFoundException,
  PayloadTooLargeException,
  type ArgumentsHost,
} from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { QueryFailedError } from 'typeorm';
import { BusError } from '#libs/bus';
import { FileRequestV1, parseJson, ReadBoxesV1, validate } from '#libs/contracts';
import { SealingError } from '#libs/sealing';
import { ConfigError } from '../config/config-error.js';
import { createLog } from '../log/log.js';
import { ProblemFilter } from './problem.filter.js';
import { Problem, problems, type ProblemCode } from './problem.js';

const canary = 'Zoraida Núñez-Canario +12135550142';

/** An error as PostgreSQL's driver throws it: its message, detail and other fields contain input. */
function databaseError(): pg.DatabaseError {
  const error = new pg.DatabaseError(`duplicate key value ${canary}`, 200, 'error');
  const details = { code: '23505', detail: `Key (name)=(${canary}) already exists.`, where: canary, hint: canary };
  return Object.assign(error, details, { table: canary, column: canary, constraint: canary, internalQuery: canary });
}

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  log: string;
}

function answerTo(thrown: unknown): Answer {
  const answer: Answer = { status: 0, headers: {}, body: '', log: '' };
  const reply = {
    status(code: number) {
      answer.status = code;
      return reply;
    },
    header(name: string, value: string) {
      answer.headers[name] = value;
      return reply;
    },
    send(body: Uint8Array) {
      answer.body = Buffer.from(body).toString();
      return reply;
    },
  };
  const log = createLog('intake', { write: (line) => void (answer.log += line) });
  const host = {
    switchToHttp: () => ({ getRequest: () => ({}), getResponse: () => reply }),
  } as unknown as ArgumentsHost;
  const filter = new ProblemFilter(log);
  filter.catch(thrown, host);
  return answer;
}

const fastify = (code: string, statusCode: number): Error =>
  Object.assign(new Error(`${code}: ${canary}`), { code, statusCode, body: canary });

const cases: readonly [string, unknown, ProblemCode, 'logged' | 'not logged'][] = [
  ['a refusal', new Problem('day-over'), 'day-over', 'not logged'],
  ['a refusal for lack of room', new Problem('busy', { retryAfterSeconds: 2 }), 'busy', 'not logged'],
  ['half a JSON', caught(() => parseJson(Buffer.from(`{"${canary}`))), 'not-json', 'not logged'],
  ['an unknown field', caught(() => validate(ReadBoxesV1, { boxes: [], [canary]: 1 })), 'unknown-field', 'not logged'],
  ['a wrong value', caught(() => validate(ReadBoxesV1, { boxes: [canary] })), 'invalid-body', 'not logged'],
  ['a missing field', caught(() => validate(FileRequestV1, { to: canary })), 'invalid-body', 'not logged'],
  ['a text where an object belongs', caught(() => validate(ReadBoxesV1, canary)), 'invalid-body', 'not logged'],
  ["the runtime's own parser", caught(() => JSON.parse(`{"a":${canary}`)), 'not-json', 'not logged'],
  ['an endless body', fastify('FST_ERR_CTP_BODY_TOO_LARGE', 413), 'too-large', 'not logged'],
  ['another kind of body', fastify('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415), 'wrong-media-type', 'not logged'],
  ['a bad address', fastify('FST_ERR_BAD_URL', 400), 'not-found', 'not logged'],
  ['an unknown code of the server, by its status', fastify('FST_ERR_NEW', 400), 'invalid-body', 'not logged'],
  ['no such path', new NotFoundException(canary), 'not-found', 'not logged'],
  ['a bad request', new BadRequestException({ message: [canary] }), 'invalid-body', 'not logged'],
  ['too large', new PayloadTooLargeException(canary), 'too-large', 'not logged'],
  ['an unusual status', new HttpException({ [canary]: canary }, 418), 'unavailable', 'logged'],
  ['the database', databaseError(), 'unavailable', 'logged'],
  ['the database, wrapped', new QueryFailedError(canary, [canary], databaseError()), 'unavailable', 'logged'],
  ['the bus', Object.assign(new BusError('halted'), { details: canary }), 'unavailable', 'logged'],
  ['a key', Object.assign(new SealingError('not-opened'), { details: canary }), 'unavailable', 'logged'],
  ['a setting', new ConfigError(['PORT']), 'unavailable', 'logged'],
  ['a bug', new TypeError(`${canary} is not a function`), 'unavailable', 'logged'],
  [
    'a bug that names what it had',
    caught(() => (null as unknown as Record<string, string>)[canary]),
    'unavailable',
    'logged',
  ],
  ['an error that was given a code', Object.assign(new Error(canary), { code: canary }), 'unavailable', 'logged'],
  ['errors in an error', new AggregateError([databaseError()], canary, { cause: canary }), 'unavailable', 'logged'],
  ['a text', canary, 'unavailable', 'logged'],
  ['an item at fault', new Problem('not-processed', {}, { cause: databaseError() }), 'not-processed', 'logged'],
  ['nothing', undefined, 'unavailable', 'logged'],
  ['null', null, 'unavailable', 'logged'],
  ['an object', { message: canary, code: canary, statusCode: canary }, 'unavailable', 'logged'],
];

describe('an answer to an error', () => {
  it.each(cases)('%s: its code and a fixed sentence, and nothing that was said', (_name, error, code, logging) => {
    const { status, headers, body, log } = answerTo(error);
    expect([status, headers['content-type']]).toEqual([problems[code].status, 'application/problem+json']);
    const { field, ...rest } = JSON.parse(body) as Record<string, unknown>;
    expect(rest).toEqual({
      type: `urn:problem:${code}`,
      title: problems[code].sentence,
      status,
      code,
      canRetry: problems[code].canRetry,
    });
    expect(field ?? 'boxes').toMatch(/^[a-z][A-Za-z.]*$/);
    for (const text of [body, JSON.stringify(headers), log]) {
      for (const part of ['Zoraida', 'Canario', '5550142']) expect(text).not.toContain(part);
    }
    expect(log === '' ? 'not logged' : 'logged').toBe(logging);
  });

  it('tells when to come back', () => {
    expect(answerTo(new Problem('busy', { retryAfterSeconds: 2 })).headers['retry-after']).toBe('2');
    expect(answerTo(new Problem('too-many')).headers['retry-after']).toBeUndefined();
    expect(answerTo(new Problem('unavailable')).headers['retry-after']).toBe('5');
  });

  it('is tried with errors that do hold what was said', () => {
    const holding = cases.filter(([, error]) => {
      const all = error instanceof Error ? [error.message, ...Object.values(error), error.stack] : [error];
      return JSON.stringify(all)?.includes('Zoraida');
    });
    expect(holding.length).toBeGreaterThan(15);
  });
});
