import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import { Injectable } from '@nestjs/common';
import { DAY_MS, HOUR_MS } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import { ServiceConfig } from '../config/service.config.js';
import { Problem } from '../problem/problem.js';
import { ClientAddress } from '../admission/client-address.js';
import { Connections } from '../admission/connections.js';
import type { Bucket } from '../admission/fair-queue.js';
import { networkOf } from '../admission/network.js';
import { RefusalCount } from './refusal-count.js';
import { TokenBuckets } from '../admission/token-buckets.js';

/** A write stores something for a household; everything else is a read. */
export type Use = 'write' | 'read';

const BUCKETS_MAX = 20_000;
/** A device needs few. One that loses its network leaves some behind. */
const DEVICE_CONNECTIONS_MAX = 200;
const SECONDS = 60;

/**
 * Limits each sender at the door: an enrolled device by its name, everybody else by the network of their address. The
 * network is kept as a hash under a random key that lives in memory for an hour; with the key all buckets of networks
 * are forgotten. Several processes of a service limit separately.
 */
@Injectable()
export class DoorLimits {
  readonly address: ClientAddress;
  private readonly connections: Connections[] = [];
  private readonly devices: Readonly<Record<Use, TokenBuckets>>;
  private readonly networks: Readonly<Record<Use, TokenBuckets>>;
  private key = randomBytes(32);
  private hour = 0;
  private day = 0;
  private readonly triesToday = new Map<string, number>();

  constructor(
    private readonly config: ServiceConfig,
    private readonly clock: Clock,
    private readonly refusals: RefusalCount,
  ) {
    this.address = new ClientAddress(config.clientAddress ?? 'connection', config.trustedProxies);
    const reads = config.readsPerMinute;
    this.devices = { write: perMinute(config.deviceWritesPerMinute), read: perMinute(reads) };
    this.networks = { write: perMinute(config.networkWritesPerMinute), read: perMinute(reads) };
  }

  /**
   * Admits a request, or refuses it before its body is read.
   *
   * @param device the name of the enrolled device whose signature was verified
   * @returns the bucket in which the request waits
   * @throws Problem `too-many`
   */
  admit(request: IncomingMessage, use: Use, device: string | undefined): Bucket {
    this.forgetOld();
    const bucket = this.bucketOf(request, device);
    const buckets = bucket.kind === 'device' ? this.devices : this.networks;
    const seconds = buckets[use].take(bucket.name, performance.now());
    if (seconds > 0) this.refuse(seconds);
    if (bucket.kind === 'device') {
      for (const each of this.connections) each.prove(request.socket, bucket.name);
      if (use === 'write') this.countTry(bucket.name);
    }
    return bucket;
  }

  /** Bounds the connections of the listener that proxies stand before. */
  watch(server: Server): void {
    this.bound(server, this.address);
  }

  /** Bounds the connections of the internal listener. No proxy speaks for those who reach it. */
  watchInternal(server: Server): void {
    this.bound(server, new ClientAddress('connection', []));
  }

  private bound(server: Server, address: ClientAddress): void {
    const { connectionsMax: max, connectionsPerNetwork: maxPerNetwork } = this.config;
    const connections = new Connections({ max, maxPerNetwork, maxPerDevice: DEVICE_CONNECTIONS_MAX }, address);
    connections.watch(server);
    this.connections.push(connections);
  }

  private bucketOf(request: IncomingMessage, device: string | undefined): Bucket {
    if (device !== undefined) return { kind: 'device', name: device };
    const network = networkOf(this.address.ofRequest(request));
    return { kind: 'unsigned', name: createHmac('sha256', this.key).update(network).digest('base64url') };
  }

  private countTry(device: string): void {
    const tries = (this.triesToday.get(device) ?? 0) + 1;
    if (tries > this.config.deviceWritesPerDay) {
      const now = this.clock.now().getTime();
      this.refuse(Math.ceil((DAY_MS - (now % DAY_MS)) / 1_000));
    }
    this.triesToday.set(device, tries);
  }

  private refuse(retryAfterSeconds: number): never {
    this.refusals.note();
    throw new Problem('too-many', { retryAfterSeconds });
  }

  private forgetOld(): void {
    const now = this.clock.now().getTime();
    const [hour, day] = [Math.floor(now / HOUR_MS), Math.floor(now / DAY_MS)];
    if (hour !== this.hour) {
      [this.hour, this.key] = [hour, randomBytes(32)];
      for (const buckets of Object.values(this.networks)) buckets.clear();
    }
    if (day !== this.day) {
      this.day = day;
      this.triesToday.clear();
    }
  }
}

function perMinute(count: number): TokenBuckets {
  return new TokenBuckets({ capacity: count, perSecond: count / SECONDS, bucketsMax: BUCKETS_MAX });
}
