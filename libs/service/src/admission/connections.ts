import type { Server, Socket } from 'node:net';
import { networkOf } from './network.js';
import { proxyHeaderIn } from './proxy-header.js';
import { rawOf, type ClientAddress } from './client-address.js';

export interface ConnectionLimits {
  readonly max: number;
  /** The most connections of one network on which no enrolled device has signed. */
  readonly maxPerNetwork: number;
  /** The most connections on which one enrolled device has signed. */
  readonly maxPerDevice: number;
}

/** A TCP proxy sends its header at once. */
const HEADER_MS = 5_000;

/**
 * Bounds the connections of a listener. A new connection replaces the oldest one of its network, or of the fullest
 * network: idle connections keep nobody out. A connection on which an enrolled device has signed stays until that
 * device has too many.
 */
export class Connections {
  /** The connections that prove nothing, by network, the oldest first. */
  private readonly strangers = new Map<string, Set<Socket>>();
  /** The connections on which an enrolled device has signed, by its name, the oldest first. */
  private readonly devices = new Map<string, Set<Socket>>();
  private readonly proven = new Map<Socket, string>();
  private strangersOpen = 0;

  constructor(
    private readonly limits: ConnectionLimits,
    private readonly address: ClientAddress,
  ) {}

  get count(): number {
    return this.proven.size + this.strangersOpen;
  }

  /** Sees each connection of a server before the server does. */
  watch(server: Server): void {
    const serve = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      const open = (): void => {
        this.admit(socket);
        for (const each of serve) each.call(server, socket);
      };
      if (this.address.source === 'proxy-protocol' && this.address.isProxy(socket)) {
        return this.readHeader(socket, open);
      }
      return open();
    });
  }

  /** Notes that an enrolled device has signed on this connection. */
  prove(requestSocket: Socket, device: string): void {
    const socket = rawOf(requestSocket);
    if (this.proven.has(socket)) return;
    if (!this.leave(socket)) return;
    const ofDevice = this.devices.get(device) ?? new Set();
    if (ofDevice.size >= this.limits.maxPerDevice) this.drop(ofDevice);
    this.devices.set(device, ofDevice.add(socket));
    this.proven.set(socket, device);
  }

  private admit(socket: Socket): void {
    const network = networkOf(this.address.ofConnection(socket));
    const ofNetwork = this.strangers.get(network) ?? new Set();
    // An HTTP proxy has the connections of many.
    const isBounded = !this.address.isProxy(socket) || this.address.source === 'proxy-protocol';
    if (isBounded && ofNetwork.size >= this.limits.maxPerNetwork) this.drop(ofNetwork);
    if (this.count >= this.limits.max) this.drop(fullest(this.strangers) ?? fullest(this.devices));
    this.strangers.set(network, (this.strangers.get(network) ?? ofNetwork).add(socket));
    this.strangersOpen += 1;
    socket.once('close', () => {
      this.leave(socket);
      this.forget(socket);
    });
  }

  private drop(sockets: ReadonlySet<Socket> | undefined): void {
    const [oldest] = sockets ?? [];
    if (oldest === undefined) return;
    this.leave(oldest);
    this.forget(oldest);
    oldest.destroy();
  }

  private leave(socket: Socket): boolean {
    const network = networkOf(this.address.ofConnection(socket));
    const sockets = this.strangers.get(network);
    if (sockets?.delete(socket) !== true) return false;
    this.strangersOpen -= 1;
    if (sockets.size === 0) this.strangers.delete(network);
    return true;
  }

  private forget(socket: Socket): void {
    const device = this.proven.get(socket) ?? '';
    this.proven.delete(socket);
    const ofDevice = this.devices.get(device);
    ofDevice?.delete(socket);
    if (ofDevice?.size === 0) this.devices.delete(device);
  }

  private readHeader(socket: Socket, open: () => void): void {
    let bytes = Buffer.alloc(0);
    const late = setTimeout(() => socket.destroy(), HEADER_MS);
    const fail = (): void => void socket.destroy();
    const read = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        bytes = Buffer.concat([bytes, chunk]);
      }
      const header = proxyHeaderIn(bytes);
      if (header.state === 'more') return;
      clearTimeout(late);
      socket.off('readable', read).off('error', fail).off('end', fail);
      if (header.state === 'invalid') return fail();
      if (header.address !== undefined) this.address.name(socket, header.address);
      if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length));
      open();
    };
    socket
      .on('readable', read)
      .on('error', fail)
      .on('end', fail)
      .once('close', () => clearTimeout(late));
  }
}

function fullest(groups: ReadonlyMap<string, ReadonlySet<Socket>>): ReadonlySet<Socket> | undefined {
  let found: ReadonlySet<Socket> | undefined;
  for (const sockets of groups.values()) if (sockets.size > (found?.size ?? 0)) found = sockets;
  return found;
}
