import type { IncomingMessage } from 'node:http';
import type { BlockList, Socket } from 'node:net';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { blockListOf, isIn, type Network } from './network.js';

/**
 * Where the address of a client comes from: the connection, or what a trusted proxy says in front of it: the header
 * `X-Forwarded-For` of an HTTP proxy, or the PROXY protocol of a TCP proxy.
 */
export const addressSources = ['connection', 'x-forwarded-for', 'proxy-protocol'] as const;
export type AddressSource = (typeof addressSources)[number];

/** A header with more hops is not read. */
const HOPS_MAX = 20;

/** Reads the address of a client. Only a configured proxy is believed; everybody else is who their connection says. */
export class ClientAddress {
  private readonly proxies: BlockList;
  /** The addresses that a TCP proxy named, by connection. */
  private readonly named = new WeakMap<object, string>();

  constructor(
    readonly source: AddressSource,
    proxies: readonly Network[],
  ) {
    this.proxies = blockListOf(proxies);
  }

  /** True if the other end of the connection is a proxy that may speak for others. */
  isProxy(socket: Pick<Socket, 'remoteAddress'>): boolean {
    return this.source !== 'connection' && isIn(this.proxies, socket.remoteAddress ?? '');
  }

  /** Notes what a TCP proxy said at the beginning of a connection. */
  name(socket: object, address: string): void {
    this.named.set(socket, address);
  }

  /** The address at the other end of a connection, behind a TCP proxy. */
  ofConnection(socket: Socket): string {
    return this.named.get(socket) ?? socket.remoteAddress ?? '';
  }

  /** The address of the sender of a request. */
  ofRequest({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    const peer = this.ofConnection(rawOf(socket));
    if (this.source !== 'x-forwarded-for' || !isIn(this.proxies, peer)) return peer;
    return this.lastHop(headers['x-forwarded-for']) ?? peer;
  }

  /**
   * The right-most hop that is no trusted proxy. Hops to its left are words of strangers. @returns undefined if the
   * header is missing or not in order
   */
  private lastHop(header: string | string[] | undefined): string | undefined {
    const hops = [header ?? []]
      .flat()
      .join(',')
      .split(',')
      .map((hop) => hop.trim());
    if (hops.length > HOPS_MAX) return undefined;
    for (const hop of hops.toReversed()) {
      const address = addressIn(hop);
      if (address === undefined || !isIn(this.proxies, address)) return address;
    }
    return undefined;
  }
}

const HOP_WITH_PORT = /^(?:\[(?<six>[^[\]]+)\]|(?<four>[\d.]+))(?::\d{1,5})?$/;

/** The address of a hop, as proxies write it: alone, with a port, and IPv6 also in brackets. */
function addressIn(hop: string): string | undefined {
  if (isIP(hop) !== 0) return hop;
  const { six = '', four = '' } = HOP_WITH_PORT.exec(hop)?.groups ?? {};
  if (isIPv6(six)) return six;
  return isIPv4(four) ? four : undefined;
}

/** The TCP connection below TLS. */
export function rawOf(socket: Socket): Socket {
  const { _parent: below } = socket as Socket & { readonly _parent?: Socket };
  return below ?? socket;
}
