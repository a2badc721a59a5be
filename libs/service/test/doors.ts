import 'reflect-metadata';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach } from '@jest/globals';
import { Controller, Get, HttpCode, Module, Post, type Provider, type Type } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';

import { ReadBoxesV1 } from '#libs/contracts';
import { signatureHeaders } from '#libs/household';

import { AccessGuard } from '../src/auth/access.guard.js';
import { Public, SignedBy, SignedByDevice } from '../src/auth/access.js';
import { ContractBody, Device, Person, type Caller } from '../src/auth/caller.js';
import { DeviceDirectory, type EnrolledDevice } from '../src/auth/device-directory.js';
import { StaffRepository, type EnrolledStaff } from '../src/auth/staff.repository.js';
import { Clock } from '../src/clock/clock.js';
import { Log } from '../src/log/log.js';
import type { Certificate } from '../src/http/certificate.js';
import { httpAdapter, prepareDoors, quietly } from '../src/http/http-app.js';
import { InternalController } from '../src/http/internal-controller.js';
import { InternalListener } from '../src/http/listeners.js';
import { ProblemFilter } from '../src/problem/problem.filter.js';

const now = new Date('2099-11-02T10:00:00Z');
/** The events that were logged, with their fields. */
export const written: unknown[] = [];
const log = { write: (_level: string, ...line: unknown[]) => void written.push(line) };
const keys = Object.fromEntries(
  ['maker', 'operator', 'kiosk'].map((name) => [name, generateKeyPairSync('ed25519')]),
) as Record<string, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>;

/** The number of key lookups. */
export const lookups = { count: 0 };

const staff = {
  find(name: string): Promise<EnrolledStaff | undefined> {
    lookups.count += 1;
    const role = name === 'maker' ? 'releaser' : 'operator';
    const key = name === 'kiosk' ? undefined : keys[name]?.publicKey;
    return Promise.resolve(key && { person: `person-${name}`, role, key });
  },
};

class Devices extends DeviceDirectory {
  find(name: string): Promise<EnrolledDevice | undefined> {
    lookups.count += 1;
    const key = name === 'kiosk' ? keys['kiosk']?.publicKey : undefined;
    return Promise.resolve(key && { lane: 'kiosk', site: 'SITE-7', key });
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
  money(@Person() person: string, @ContractBody(ReadBoxesV1) { boxes }: ReadBoxesV1): object {
    return { person, boxes: boxes.length };
  }

  @Post('plain')
  @HttpCode(200)
  @SignedBy('releaser', 'operator')
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

export interface DoorsOptions {
  /** Adds a route below Nest. */
  readonly add?: (adapter: FastifyAdapter) => void;
  /** The device directory. */
  readonly devices?: readonly Provider[];
  /** With it, both listeners speak TLS. */
  readonly certificate?: Certificate;
}

/** Controllers behind the guard, with a few staff keys and one device key, and no database. */
export class Doors {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly internal: InternalListener,
  ) {}

  static async open(controllers: readonly Type[], options: DoorsOptions = {}): Promise<Doors> {
    const { add, certificate, devices = [{ provide: DeviceDirectory, useClass: Devices }] } = options;
    @Module({
      imports: [DiscoveryModule],
      controllers: [...controllers],
      providers: [
        { provide: Clock, useValue: { now: () => now } },
        { provide: Log, useValue: log },
        { provide: StaffRepository, useValue: staff },
        ...devices,
        AccessGuard,
        { provide: APP_GUARD, useExisting: AccessGuard },
      ],
    })
    class DoorsModule {}
    const internal = new InternalListener(certificate);
    const adapter = httpAdapter(log, internal, certificate);
    const compiled = await Test.createTestingModule({ imports: [DoorsModule] }).compile();
    const app = compiled.createNestApplication<NestFastifyApplication>(adapter, quietly);
    const doors = new Doors(app, internal);
    try {
      prepareDoors(app, app.get(AccessGuard));
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
    const key = signer === undefined ? undefined : keys[signer]?.privateKey;
    const signed =
      signer === undefined || key === undefined
        ? {}
        : await signatureHeaders(
            { method: 'POST', path: path.split('?', 1)[0] ?? '', body },
            { keyId: signer, sign: (bytes) => Promise.resolve(sign(null, bytes, key)) },
            now.getTime() / 1000,
          );
    const headers = { ...signed, 'content-type': type };
    const answer = await this.app.inject({ method: 'POST', url: path, headers, payload: sent });
    return { status: answer.statusCode, body: answer.json() };
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
