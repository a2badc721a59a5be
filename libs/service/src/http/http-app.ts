import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { AccessGuard } from '../auth/access.guard.js';
import { noteServed, type Access } from '../auth/access.js';
import type { Log } from '../log/log.js';
import { sendProblem } from '../problem/problem.filter.js';
import { Problem } from '../problem/problem.js';
import { answerNoRequest, type InternalListener } from './listeners.js';
import { checkRoutes, UndeclaredRouteError } from './route-check.js';
import { watchWayOut } from './way-out.js';

/** Larger than any body that is accepted anywhere, so that what is refused for its size is refused early. */
const BODY_LIMIT_BYTES = 16_384;

/** The server below Nest: two listeners, and no route, whoever adds it, that does not declare who may call it. */
export function httpAdapter(log: Pick<Log, 'write'>, internal: InternalListener): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    logger: false,
    trustProxy: false,
    requestTimeout: 30_000,
    keepAliveTimeout: 60_000,
    // Who comes on a connection that stands while we stop is answered as any other, and told to come by a new one.
    return503OnClosing: false,
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => sendProblem(reply, error, log),
    clientErrorHandler: answerNoRequest,
    routerOptions: { constraints: { listener: internal.constraint } },
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRoute', (route: RouteOptions) => {
    const { access } = (route.config ?? {}) as { readonly access?: Access };
    const { listener } = (route.constraints ?? {}) as { readonly listener?: unknown };
    if (!noteServed(access, listener)) throw new UndeclaredRouteError(route);
  });
  watchWayOut(fastify, log);
  return adapter;
}

/** Nest's own lines hold messages of errors, and those hold what somebody sent. */
export const quietly = { logger: false, abortOnError: false, bodyParser: false } as const;

export function createHttpApp(module: Type, adapter: FastifyAdapter): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(module, adapter, quietly);
}

/** Between a connection and a controller: who calls, what is asked, the bytes of the body, in this order. */
export function prepareDoors(app: NestFastifyApplication, guard: AccessGuard): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request) => {
    await guard.identify(request);
    // No signature covers a query, and no route reads one.
    if (!request.is404 && /[?#]/.test(request.url)) throw new Problem('unknown-query');
  });
  // A signature covers a body as it came, and a controller validates it by its contract.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.addHook('onReady', (done) => {
    checkRoutes(guard.routes());
    done();
  });
}
