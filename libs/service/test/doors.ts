import 'reflect-metadata';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach } from '@jest/globals';
import { Controller, Get, HttpCode, Module, Post, type Provider, type Type } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';

import { ReadBoxesV1 } from '#libs/contracts';
import { signatureHeaders, staffSignatureHeaders } from '#libs/household';

import { DoorLimits } from '../src/limits/door-limits.js';
import { RefusalCount } from '../src/limits/refusal-count.js';
import { AccessGuard } from '../src/auth/access.guard.js';
import { Public, ReadsOnly, SignedBy, SignedByDevice } from '../src/auth/access.js';
import { ContractBody, Device, Person, type Caller } from '../src/auth/caller.js';
import { DeviceDirectory, type EnrolledDevice } from '../src/auth/device-directory.js';
import type { Revocation } from '../src/auth/key-register.js';
import { KeyRegisters } from '../src/auth/key-registers.js';
import { NonceRepository } from '../src/auth/nonce.repository.js';
import { SignerCheck } from '../src/auth/signer-check.js';
import type { Staff } from '../src/auth/staff.entity.js';
import { StaffRepository } from '../src/auth/staff.repository.js';
import { Clock } from '../src/clock/clock.js';
import { SERVICE_NAME } from '../src/config/service-name.js';
import type { ListenerConfig } from '../src/config/listener.config.js';
import type { LimitsConfig } from '../src/config/limits.config.js';
import { ServiceConfig } from '../src/config/service.config.js';
import { DoorMetrics } from '../src/metrics/door-metrics.js';
import { Log } from '../src/log/log.js';
import type { Certificate } from '../src/http/certificate.js';
import { httpAdapter, prepareDoors, quietly } from '../src/http/http-app.js';
import { InternalController } from '../src/http/internal-controller.js';
import { InternalListener } from '../src/http/listeners.js';
import { ProblemFilter } from '../src/problem/problem.filter.js';
import { Workers } from '../src/scheduling/workers.js';

const now = new Date('2099-11-02T10:00:00Z');
/** The events that were logged, with their fields. */
export const written: unknown[] = [];
const log = { write: (_level: string, ...line: unknown[]) => void written.push(line) };
const keys = Object.fromEntries(
  ['maker', 'operator', 'former', 'kiosk', 'stolen'].map((name) => [name, generateKeyPairSync('ed25519')]),
) as Record<string, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>;

/** The number of queries for keys, and of nonces that were spent. */
export const queries = { keys: 0, nonces: 0 };

const rawKeyOf = (name: string): Buffer => keys[name]?.publicKey.export({ format: 'raw-public' }) ?? Buffer.alloc(0);

const staff = {
  all(): Promise<readonly Staff[]> {
    queries.keys += 1;
    const roles = { maker: 'releaser', operator: 'operator', former: 'releaser' } as const;
    return Promise.resolve(
      Object.entries(roles).map(([name, role]) => ({
        name,
        person: `person-${name}`,
        role,
        publicKey: rawKeyOf(name),
        revoked: name === 'former',
      })),
    );
  },
};

class Devices extends DeviceDirectory {
  revoke(): Promise<Revocation> {
    return Promise.resolve({ enrolled: false, revoked: false });
  }

  all(): Promise<readonly EnrolledDevice[]> {
    queries.keys += 1;
    return Promise.resolve(
      ['kiosk', 'stolen'].map((name) => ({
        name,
        lane: 'kiosk' as const,
        site: 'SITE-7',
        publicKey: rawKeyOf(name),
        revoked: name === 'stolen',
      })),
    );
  }
}

/** Nonces as a table keeps them. */
class Nonces {
  private readonly spent = new Set<string>();

  spend(key: string, nonce: Uint8Array): Promise<boolean> {
    queries.nonces += 1;
    const size = this.spent.size;
    return Promise.resolve(this.spent.add(`${key} ${Buffer.from(nonce).toString('hex')}`).size > size);
  }
}

@Controller('door')
export class DoorController {
  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  @Post('money')
  @HttpCode(200)
  @SignedBy('releaser')
  @ReadsOnly()
  money(@Person() person: string, @ContractBody(ReadBoxesV1) { boxes }: ReadBoxesV1): object {
    return { person, boxes: boxes.length };
  }

  @Post('plain')
  @HttpCode(200)
  @SignedBy('releaser', 'operator')
  @ReadsOnly()
  plain(@Person() person: string): object {
    return { person };
  }

  @Post('apply')
  @HttpCode(200)
  @SignedByDevice({ orUnsigned: true })
  apply(@Device() device: Caller['device']): object {
    return { device: device ?? 'own' };
  }

  @Post('kiosk')
  @HttpCode(200)
  @SignedByDevice()
  kiosk(@Device() device: Caller['device']): object {
    return { device };
  }
}

export const started = { slow: () => undefined as void };

@InternalController('inside')
export class InsideController {
  @Get('slow')
  @Public()
  async slow(): Promise<string> {
    started.slow();
    await sleep(300);
    return 'slow';
  }

  @Get()
  @Public()
  read(): string {
    return 'inside';
  }
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

type SignedHeaders = Readonly<Record<string, string>>;

export interface Signing {
  readonly path: string;
  readonly body: string;
  /** The name that the signature gives. */
  readonly signer: string;
  /** The name of the key that signs, if it is another one. */
  readonly by?: string;
  /** Seconds by which the sender's clock is ahead. */
  readonly later?: number;
  readonly service?: string;
}
type Limits = Omit<LimitsConfig, keyof ListenerConfig>;

const limitsOfTests: Limits = {
  clientAddress: 'connection',
  trustedProxies: [],
  deviceWritesPerMinute: 600,
  deviceWritesPerDay: 5_000,
  networkWritesPerMinute: 1_200,
  readsPerMinute: 12_000,
  ownDevicePerHour: 4_000,
  connectionsMax: 4_000,
  connectionsPerNetwork: 500,
};

export interface DoorsOptions {
  readonly limits?: Partial<Limits>;
  /** Adds a route below Nest. */
  readonly add?: (adapter: FastifyAdapter) => void;
  /** The device directory. */
  readonly devices?: readonly Provider[];
  /** With it, both listeners speak TLS. */
  readonly certificate?: Certificate;
  /** The proxy that ends TLS in front of the main listener. */
  readonly terminatedBy?: string;
}

/** Controllers behind the guard, with a few staff keys and one device key, and no database. */
export class Doors {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly internal: InternalListener,
  ) {}

  static async open(controllers: readonly Type[], options: DoorsOptions = {}): Promise<Doors> {
    const { add, certificate, terminatedBy, devices = [{ provide: DeviceDirectory, useClass: Devices }] } = options;
    @Module({
      imports: [DiscoveryModule],
      controllers: [...controllers],
      providers: [
        { provide: Clock, useValue: { now: () => now } },
        { provide: Log, useValue: log },
        { provide: SERVICE_NAME, useValue: 'payments' },
        { provide: StaffRepository, useValue: staff },
        { provide: NonceRepository, useClass: Nonces },
        { provide: ServiceConfig, useValue: { ...limitsOfTests, ...options.limits } },
        { provide: Registry, useValue: new Registry() },
        RefusalCount,
        DoorMetrics,
        DoorLimits,
        ...devices,
        Workers,
        KeyRegisters,
        SignerCheck,
        AccessGuard,
        { provide: APP_GUARD, useExisting: AccessGuard },
      ],
    })
    class DoorsModule {}
    const internal = new InternalListener(certificate);
    const adapter = httpAdapter(log, internal, { certificate, terminatedBy });
    const compiled = await Test.createTestingModule({ imports: [DoorsModule] }).compile();
    const app = compiled.createNestApplication<NestFastifyApplication>(adapter, quietly);
    const doors = new Doors(app, internal);
    try {
      prepareDoors(app, app.get(AccessGuard), app.get(DoorLimits));
      app.useGlobalFilters(new ProblemFilter(log));
      add?.(adapter);
      await app.init();
      await adapter.getInstance().ready();
      return doors;
    } catch (error) {
      await doors.close();
      throw error;
    }
  }

  post(path: string, content: unknown, signer?: string): Promise<Answer> {
    return this.postBytes(path, content === undefined ? '' : JSON.stringify(content), { signer });
  }

  /** @param sent the bytes to send, if they differ from the signed ones */
  async postBytes(
    path: string,
    body: string,
    { signer, type = 'application/json', sent = body }: { signer?: string | undefined; type?: string; sent?: string },
  ): Promise<Answer> {
    const signature =
      signer === undefined ? {} : await this.signed({ path: path.split('?', 1)[0] ?? '', body, signer });
    return this.send(path, sent, { ...signature, 'content-type': type });
  }

  async send(path: string, payload: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const answer = await this.app.inject({ method: 'POST', url: path, headers, payload });
    return { status: answer.statusCode, body: answer.json() };
  }

  /** The headers of a signed request. A device signs as a device, everybody else as staff of payments. */
  async signed({ path, body, signer, by = signer, later = 0, service = 'payments' }: Signing): Promise<SignedHeaders> {
    const key = keys[by]?.privateKey;
    if (key === undefined) return {};
    const request = { method: 'POST', path, body };
    const own = { keyId: signer, sign: (bytes: Uint8Array) => Promise.resolve(sign(null, bytes, key)) };
    const createdSeconds = now.getTime() / 1000 + later;
    return ['kiosk', 'stolen', 'kiosk-999'].includes(signer)
      ? signatureHeaders(request, own, createdSeconds)
      : staffSignatureHeaders(request, own, { createdSeconds, service });
  }

  /** The status of an answer on the main listener. */
  async statusOf(url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    return (await this.app.inject({ method: 'GET', url, headers })).statusCode;
  }

  async close(): Promise<void> {
    await this.internal.close();
    await this.app.close().catch(() => undefined);
  }
}

/** The doors of the present test of a file. */
export interface DoorsOfTest {
  /** The doors that the test started. */
  readonly now: Doors;
  start(...args: Parameters<typeof Doors.open>): Promise<Doors>;
}

/** For a whole file of tests: closes what each test started. */
export function doorsOfEachTest(): DoorsOfTest {
  let doors: Doors | undefined;
  afterEach(async () => {
    await doors?.close();
    doors = undefined;
  });
  return {
    get now() {
      if (doors === undefined) throw new Error('the test has started no doors');
      return doors;
    },
    async start(...args) {
      doors = await Doors.open(...args);
      return doors;
    },
  };
}
