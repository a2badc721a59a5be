import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Server as SecureServer } from 'node:tls';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { DoorLimits, Use } from '../limits/door-limits.js';
import { accessAt } from '../auth/admission.js';
import type { CalledRequest } from '../auth/caller.js';
import type { AccessGuard } from '../auth/access.guard.js';
import { noteServed, type Access } from '../auth/access.js';
import type { Log } from '../log/log.js';
import { sendProblem } from '../problem/problem.filter.js';
import { Problem } from '../problem/problem.js';
import { checkBodyForm } from './body-form.js';
import type { Certificate } from './certificate.js';
import { checkHeaders, connectionTimes, endSlowBody, http2Limits, httpLimits, tlsLimits } from './http-limits.js';
import { answerExpectation, answerNoRequest, type InternalListener } from './listeners.js';
import { checkRoutes, UndeclaredRouteError } from './route-check.js';
import { watchWayOut } from './way-out.js';

/** Larger than any valid body, so that the server refuses an oversized body early. */
const BODY_LIMIT_BYTES = 16_384;
/** A connection of HTTP/2 without a stream ends after this time. */
const SESSION_IDLE_MS = 20_000;

export interface MainListenerTls {
  readonly certificate?: Certificate | undefined;
  /** The name of a proxy that ends TLS in front of the main listener, which then speaks plain text. */
  readonly terminatedBy?: string | undefined;
}

/**
 * The server below Nest. It has two listeners, and refuses every route that does not declare who may call it, even if
 * another module adds the route.
 */
export function httpAdapter(
  log: Pick<Log, 'write'>,
  internal: InternalListener,
  tls: MainListenerTls = {},
): FastifyAdapter {
  const certificate = tls.terminatedBy === undefined ? tls.certificate : undefined;
  const adapter = new FastifyAdapter({
    ...(certificate === undefined ? {} : secure(certificate)),
    bodyLimit: BODY_LIMIT_BYTES,
    logger: false,
    trustProxy: false,
    ...connectionTimes,
    http: httpLimits,
    // During shutdown, a request on an open connection gets its normal answer, and the client is told to reconnect.
    return503OnClosing: false,
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => sendProblem(reply, error, log),
    clientErrorHandler: answerNoRequest,
    routerOptions: { constraints: { listener: internal.constraint } },
  });
  const fastify = adapter.getInstance();
  fastify.server.on('checkExpectation', answerExpectation);
  if (certificate !== undefined) {
    certificate.serve(fastify.server as unknown as SecureServer);
    // A server of HTTP/2 does not take them from its options.
    Object.assign(fastify.server, { headersTimeout: httpLimits.headersTimeout, ...connectionTimes });
  }
  fastify.addHook('onRoute', (route: RouteOptions) => {
    const { access } = (route.config ?? {}) as { readonly access?: Access };
    const { listener } = (route.constraints ?? {}) as { readonly listener?: unknown };
    if (!noteServed(access, listener)) throw new UndeclaredRouteError(route);
  });
  watchWayOut(fastify, log);
  return adapter;
}

/** HTTP/2 and HTTP/1.1 over TLS 1.3. */
function secure({ options }: Certificate): object {
  const https = { ...options, ...tlsLimits, ...httpLimits, ...http2Limits, allowHTTP1: true };
  return { http2: true, https, http2SessionTimeout: SESSION_IDLE_MS };
}

/** Turns off Nest's own log lines: they contain error messages, and these may contain input. */
export const quietly = { logger: false, abortOnError: false, bodyParser: false } as const;

export function createHttpApp(module: Type, adapter: FastifyAdapter): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(module, adapter, quietly);
}

/**
 * Adds the steps between a connection and a controller: number of headers, signature, limits of the sender, query, form
 * of the body, bytes of the body.
 */
export function prepareDoors(app: NestFastifyApplication, guard: AccessGuard, limits: DoorLimits): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request) => {
    checkHeaders(request.raw);
    endSlowBody(request.raw);
    identify(request, guard, limits);
    const use = useOf(accessAt(request));
    if (use !== undefined) {
      (request as CalledRequest).bucket = limits.admit(request.raw, use, guard.deviceAt(request));
    }
    // No signature covers a query, and no route reads one.
    if (!request.is404 && /[?#]/.test(request.url)) throw new Problem('unknown-query');
    if (!request.is404) checkBodyForm(request.headers);
  });
  // A signature covers the bytes of the body; a controller validates them by its contract.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  limits.watch(fastify.server);
  fastify.addHook('onReady', (done) => {
    checkRoutes(guard.routes());
    done();
  });
}

/** A signature that is not valid counts as a read of its network: a flood of them is refused and counted. */
function identify(request: FastifyRequest, guard: AccessGuard, limits: DoorLimits): void {
  try {
    guard.identify(request);
  } catch (error) {
    limits.admit(request.raw, 'read', undefined);
    throw error;
  }
}

/** Staff signs every request and is not limited; an address without a route is read. */
function useOf(access: Access | undefined): Use | undefined {
  if (access?.type === 'staff') return undefined;
  return access?.type === 'device' ? access.use : 'read';
}
