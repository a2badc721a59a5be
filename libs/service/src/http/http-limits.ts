import type { IncomingMessage, ServerOptions } from 'node:http';
import { Problem } from '../problem/problem.js';

/** The longest time of a connection between two requests, and of a request from its first byte to its last. */
export const connectionTimes = { keepAliveTimeout: 20_000, requestTimeout: 20_000 } as const;

/** The limits of the parser of HTTP/1.1. A connection that sends no complete head within `headersTimeout` is closed. */
export const httpLimits = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  // Node's own refusal has no body; `checkHeaders` refuses instead.
  requireHostHeader: false,
} as const satisfies ServerOptions;

/** A client that does not finish its TLS handshake is cut off. */
export const tlsLimits = { handshakeTimeout: 10_000 } as const;

/** More than any client and its proxies send. */
const HEADERS_MAX = 64;
const PSEUDO_HEADERS = 4;

/** The limits of one connection of HTTP/2. */
export const http2Limits = {
  maxHeaderListPairs: HEADERS_MAX + PSEUDO_HEADERS,
  maxSessionMemory: 2,
  settings: { maxConcurrentStreams: 32, maxHeaderListSize: httpLimits.maxHeaderSize },
} as const;

/**
 * Node's own limit of headers drops those above it, and a dropped header could be one that changes the meaning of the
 * others. HTTP/2 only asks the client to keep to the size, and the parser of HTTP/1.1 enforces it.
 *
 * @throws Problem `too-many-headers`; `not-http` for a request that names no host, or two
 */
export function checkHeaders({ rawHeaders, httpVersion }: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>): void {
  if (rawHeaders.length > 2 * (HEADERS_MAX + PSEUDO_HEADERS)) throw new Problem('too-many-headers');
  const size = rawHeaders.reduce((sum, each) => sum + each.length, 0);
  if (size > httpLimits.maxHeaderSize) throw new Problem('too-many-headers');
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) throw new Problem('not-http');
}

/** Ends a stream of HTTP/2 whose body does not arrive in time. Node does the same for HTTP/1.1. */
export function endSlowBody(request: IncomingMessage): void {
  if (request.httpVersionMajor < 2 || request.method === 'GET') return;
  const late = setTimeout(() => request.destroy(), connectionTimes.requestTimeout).unref();
  request.once('end', () => clearTimeout(late)).once('close', () => clearTimeout(late));
}
