import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyServerOptions } from 'fastify';
import type { Certificate } from './certificate.js';
import { connectionTimes, httpLimits, tlsLimits } from './http-limits.js';
import { Problem, problemBody, problems } from '../problem/problem.js';

/** The listener for operators. A route is either on it or on the service's main listener, never on both. */
export const INTERNAL = 'internal';

type RouterOptions = NonNullable<FastifyServerOptions['routerOptions']>;
type Constraint = NonNullable<RouterOptions['constraints']>[string];

/** The part of Fastify that the listener needs. */
interface Router {
  ready(): PromiseLike<unknown>;
  routing(request: IncomingMessage, response: ServerResponse): void;
}

const IDLE_CHECK_MS = 50;
/** `close` cuts the connections that are still open after this time, before the process itself is ended. */
const ANSWERS_MS = 8_000;

/** Answers input that is not an HTTP request. None of it reached a route. */
export function answerNoRequest(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) return void socket.destroy();
  const problem = new Problem('not-http');
  const body = JSON.stringify(problemBody(problem));
  const lines = [
    `HTTP/1.1 ${problems['not-http'].status} Bad Request`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** Answers a request that expects what no server here does. Node's own refusal has no body. */
export function answerExpectation(_request: unknown, response: Pick<ServerResponse, 'writeHead' | 'end'>): void {
  const { status } = problems['not-http'];
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify(problemBody(new Problem('not-http'))));
}

/** A second port of the same process. The port of a connection decides which routes exist for it. */
export class InternalListener {
  private readonly servers = new WeakSet<Server>();
  private server: Server | undefined;

  constructor(private readonly certificate?: Certificate) {}

  /** Called with the server before it listens. */
  watch: (server: Server) => void = () => undefined;

  /** For Fastify: the internal listener matches its own routes only, and the main listener never matches them. */
  readonly constraint: Constraint = {
    name: 'listener',
    storage: () => {
      const routes = new Map<unknown, Parameters<ReturnType<Constraint['storage']>['set']>[1]>();
      return {
        get: (listener) => routes.get(listener) ?? null,
        set: (listener, route) => void routes.set(listener, route),
      };
    },
    // The main listener derives no value, so that only routes without a listener match.
    deriveConstraint: ({ socket }) => (this.isInternal(socket) ? INTERNAL : undefined) as string,
    mustMatchWhenDerived: true,
  };

  /** @returns the port; the system chooses one if `port` is 0 */
  async listen(router: Router, port: number, host: string): Promise<number> {
    await router.ready();
    const route = (request: IncomingMessage, response: ServerResponse): void => router.routing(request, response);
    const server = this.serverFor(route);
    server.on('clientError', answerNoRequest);
    server.on('checkExpectation', answerExpectation);
    this.watch(server);
    this.servers.add(server);
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Accepts no new connection, and resolves after the open requests have their answers. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A client keeps a connection alive after its answer, which would keep the listener open.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const late = setTimeout(() => server.closeAllConnections(), ANSWERS_MS);
    await closed;
    clearInterval(idle);
    clearTimeout(late);
  }

  private serverFor(route: (request: IncomingMessage, response: ServerResponse) => void): Server {
    const limits = { ...connectionTimes, ...httpLimits };
    if (this.certificate === undefined) return createServer(limits, route);
    const server = createSecureServer({ ...this.certificate.options, ...tlsLimits, ...limits }, route);
    this.certificate.serve(server);
    return server;
  }

  private isInternal(socket: Socket): boolean {
    const { server } = socket as Socket & { readonly server?: Server };
    return server !== undefined && this.servers.has(server);
  }
}
