import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isAdmitted } from '../auth/admission.js';
import type { Log } from '../log/log.js';
import { isRefusal, refusalOf } from '../problem/problem.filter.js';
import { Problem, problems } from '../problem/problem.js';

/**
 * Lets an answer other than a refusal leave only if the guard admitted this request to this route, even if another
 * module added the route or a hook. Any other answer is replaced by `unavailable`. If it bypasses Fastify, the
 * connection is cut.
 */
export function watchWayOut(fastify: FastifyInstance, log: Pick<Log, 'write'>): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    holdBack(request, reply.raw, log);
    done();
  });
  fastify.addHook('onSend', (request, reply, content, done) => {
    if (isRefusal(content) || isAdmitted(request)) return done(null, content);
    tell(log);
    for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
    void reply.status(problems.unavailable.status).header('content-type', 'application/problem+json');
    return done(null, refusalOf(new Problem('unavailable')));
  });
}

function tell(log: Pick<Log, 'write'>): void {
  log.write('error', 'request-failed', { code: 'not-admitted' });
}

type Way = 'writeHead' | 'write' | 'end';
type Wrapped = Record<Way, (...args: unknown[]) => unknown>;

/** Every header and every byte of an answer passes through one of these three functions. */
function holdBack(request: FastifyRequest, raw: ServerResponse, log: Pick<Log, 'write'>): void {
  const wrap = (way: Way, mayPass: (first: unknown) => boolean): void => {
    const original = raw[way] as (...args: unknown[]) => unknown;
    (raw as unknown as Wrapped)[way] = (...args) => {
      if (isAdmitted(request) || mayPass(args[0])) return original.apply(raw, args);
      if (!raw.destroyed) {
        tell(log);
        raw.destroy();
      }
      return way === 'write' ? false : raw;
    };
  };
  wrap('writeHead', (status) => Number(status) >= 400);
  wrap('write', isRefusal);
  wrap(
    'end',
    (content) => typeof content === 'function' || content === undefined || content === null || isRefusal(content),
  );
}
