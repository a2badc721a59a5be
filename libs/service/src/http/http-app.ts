import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { isKept, type Access } from '../auth/access.js';
import type { Log } from '../log/log.js';
import { INTERNAL, InternalListener } from './listeners.js';
import { sendProblem } from '../problem/problem.filter.js';

/** Larger than any body that is accepted anywhere, so that what is refused for its size is refused early. */
const BODY_LIMIT_BYTES = 16_384;

/**
 * A route does not say who may call it, or nothing would hold it to that: the service must not start. It is named by
 * its method, its pattern and its listener, which are words of our own code.
 */
export class UndeclaredRouteError extends Error {
  override readonly name = 'UndeclaredRouteError';
  readonly code = 'undeclared-route';
  readonly route: string;

  constructor({ method, url, constraints }: Pick<RouteOptions, 'method' | 'url' | 'constraints'>) {
    const route = `${[method].flat().join('/')} ${url}`;
    const isInside = (constraints as { readonly listener?: unknown } | undefined)?.listener === INTERNAL;
    const listener = isInside ? INTERNAL : 'main';
    super(`the route ${route} of the ${listener} listener declares nobody who may call it`);
    this.route = `${listener} ${route}`;
  }
}

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
    routerOptions: { constraints: { listener: internal.constraint } },
  });
  adapter.getInstance().addHook('onRoute', (route: RouteOptions) => {
    const { access } = (route.config ?? {}) as { readonly access?: Access };
    if (!isKept(access)) throw new UndeclaredRouteError(route);
  });
  return adapter;
}

/** Nest's own lines hold messages of errors, and those hold what somebody sent. */
export const quietly = { logger: false, abortOnError: false, bodyParser: false } as const;

export function createHttpApp(module: Type, adapter: FastifyAdapter): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(module, adapter, quietly);
}

/** Bodies reach a controller as bytes: it validates them by the contract, and a signature covers them as they came. */
export function readBodiesAsBytes(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
