import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyServerOptions } from 'fastify';
import { Problem, problemBody, problems } from '../problem/problem.js';

/** The listener for whoever runs the city. A route is on it or on the service's main one, never on both. */
export const INTERNAL = 'internal';

type RouterOptions = NonNullable<FastifyServerOptions['routerOptions']>;
type Constraint = NonNullable<RouterOptions['constraints']>[string];

/** What it needs of Fastify. */
interface Router {
  ready(): PromiseLike<unknown>;
  routing(request: IncomingMessage, response: ServerResponse): void;
}

const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 60_000;
const IDLE_CHECK_MS = 50;
/** What still asks after so long is cut off, well before the process itself is. */
const ANSWERS_MS = 8_000;

/** For what came on a connection and is no request: nothing of it has reached a route. */
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

/** A second port of the same process. Which one a connection came in by decides which routes there are. */
export class InternalListener {
  private readonly servers = new WeakSet<Server>();
  private server: Server | undefined;

  /** For Fastify: routes of the internal listener match only there, and there no others do. */
  readonly constraint: Constraint = {
    name: 'listener',
    storage: () => {
      const routes = new Map<unknown, Parameters<ReturnType<Constraint['storage']>['set']>[1]>();
      return {
        get: (listener) => routes.get(listener) ?? null,
        set: (listener, route) => void routes.set(listener, route),
      };
    },
    // On the main listener nothing is derived, so that only routes without a listener match.
    deriveConstraint: ({ socket }) => (this.isInternal(socket) ? INTERNAL : undefined) as string,
    mustMatchWhenDerived: true,
  };

  /** @returns the port, which the system chooses where 0 is asked for */
  async listen(router: Router, port: number, host: string): Promise<number> {
    await router.ready();
    const route = (request: IncomingMessage, response: ServerResponse): void => router.routing(request, response);
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS }, route);
    server.on('clientError', answerNoRequest);
    this.servers.add(server);
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Takes no new connection and ends when those that ask have their answer. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A connection that was busy just now is kept alive by its client, and would keep the listener open.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const late = setTimeout(() => server.closeAllConnections(), ANSWERS_MS);
    await closed;
    clearInterval(idle);
    clearTimeout(late);
  }

  private isInternal(socket: Socket): boolean {
    const { server } = socket as Socket & { readonly server?: Server };
    return server !== undefined && this.servers.has(server);
  }
}
