import 'reflect-metadata';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, HttpCode, Module, Post, Sse, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { EMPTY, type Observable } from 'rxjs';

import { ReadBoxesV1 } from '#libs/contracts';
import { signatureHeaders } from '#libs/household';

import { AccessGuard } from '../src/auth/access.guard.js';
import { Public, SignedBy, SignedByDevice } from '../src/auth/access.js';
import { ContractBody, Device, Person, type Caller } from '../src/auth/caller.js';
import { DeviceDirectory, type EnrolledDevice } from '../src/auth/device-directory.js';
import { StaffRepository, type EnrolledStaff } from '../src/auth/staff.repository.js';
import { Clock } from '../src/clock/clock.js';
import { httpAdapter, quietly, readBodiesAsBytes, UndeclaredRouteError } from '../src/http/http-app.js';
import { InternalController } from '../src/http/internal-controller.js';
import { InternalListener } from '../src/http/listeners.js';
import { ProblemFilter } from '../src/problem/problem.filter.js';

const now = new Date('2099-11-02T10:00:00Z');
const log = { write: () => undefined };
const keys = Object.fromEntries(
  ['maker', 'operator', 'kiosk'].map((name) => [name, generateKeyPairSync('ed25519')]),
) as Record<string, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>;

/** How often a key was looked up. */
let lookups = 0;

const staff = {
  find(name: string): Promise<EnrolledStaff | undefined> {
    lookups += 1;
    const role = name === 'maker' ? 'releaser' : 'operator';
    const key = name === 'kiosk' ? undefined : keys[name]?.publicKey;
    return Promise.resolve(key && { person: `person-${name}`, role, key });
  },
};

class Devices extends DeviceDirectory {
  find(name: string): Promise<EnrolledDevice | undefined> {
    lookups += 1;
    const key = name === 'kiosk' ? keys['kiosk']?.publicKey : undefined;
    return Promise.resolve(key && { lane: 'kiosk', site: 'SITE-7', key });
  }
}

@Controller('door')
class DoorController {
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

const started = { slow: () => undefined as void };

@InternalController('inside')
class InsideController {
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

let app: NestFastifyApplication | undefined;
let internal: InternalListener;

async function start(controllers: readonly Type[], add?: (adapter: FastifyAdapter) => void): Promise<void> {
  @Module({
    controllers: [...controllers],
    providers: [
      { provide: Clock, useValue: { now: () => now } },
      { provide: StaffRepository, useValue: staff },
      { provide: DeviceDirectory, useClass: Devices },
      AccessGuard,
      { provide: APP_GUARD, useExisting: AccessGuard },
    ],
  })
  class DoorsModule {}
  internal = new InternalListener();
  const adapter = httpAdapter(log, internal);
  const compiled = await Test.createTestingModule({ imports: [DoorsModule] }).compile();
  app = compiled.createNestApplication<NestFastifyApplication>(adapter, quietly);
  readBodiesAsBytes(app);
  app.useGlobalFilters(new ProblemFilter(log));
  add?.(adapter);
  await app.init();
  await adapter.getInstance().ready();
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function post(path: string, content: unknown, signer?: string): Promise<Answer> {
  const body = content === undefined ? '' : JSON.stringify(content);
  const key = signer === undefined ? undefined : keys[signer]?.privateKey;
  const signed =
    signer === undefined || key === undefined
      ? {}
      : await signatureHeaders(
          { method: 'POST', path, body },
          { keyId: signer, sign: (bytes) => Promise.resolve(sign(null, bytes, key)) },
          now.getTime() / 1000,
        );
  const headers = { ...signed, 'content-type': 'application/json' };
  const answer = await app!.inject({ method: 'POST', url: path, headers, payload: body });
  return { status: answer.statusCode, body: answer.json() };
}

beforeEach(() => {
  lookups = 0;
});

afterEach(async () => {
  await internal.close();
  await app?.close().catch(() => undefined);
  app = undefined;
});

describe('a service', () => {
  @Controller('forgotten')
  class ForgottenController {
    @Get()
    read(): string {
      return 'whatever';
    }
  }

  @Controller('stream')
  class StreamController {
    @Sse()
    events(): Observable<never> {
      return EMPTY;
    }
  }

  it.each([
    ['a route', ForgottenController],
    ['an event stream', StreamController],
  ])('does not start with %s that declares nobody who may call it', async (_what, controller) => {
    await expect(start([DoorController, controller])).rejects.toBeInstanceOf(UndeclaredRouteError);
  });

  it('does not start with a path that something below Nest adds, such as static files', async () => {
    const add = (adapter: FastifyAdapter): void =>
      void adapter.getInstance().get('/static/*', (_request, reply) => reply.send(''));
    await expect(start([DoorController], add)).rejects.toBeInstanceOf(UndeclaredRouteError);
  });

  it('does not start with a path below Nest that only says who may call it: no guard stands there', async () => {
    const config = { access: { type: 'staff', roles: ['operator'] } };
    const add = (adapter: FastifyAdapter): void =>
      void adapter.getInstance().get('/below', { config } as object, (_request, reply) => reply.send(''));
    await expect(start([DoorController], add)).rejects.toBeInstanceOf(UndeclaredRouteError);
  });

  it('is not even loaded with an internal controller that inherits', () => {
    expect(() => {
      @InternalController('heir')
      class HeirController extends DoorController {}
      return HeirController;
    }).toThrow('inherits nothing');
  });

  it('lets in nobody by another way than HTTP and the bus', async () => {
    await start([DoorController]);
    const guard = app!.get(AccessGuard);
    const by = (type: string) => guard.canActivate({ getType: () => type } as never);
    expect([await by('rpc'), await by('ws'), await by('graphql')]).toEqual([true, false, false]);
  });

  it('is not even loaded with a route that declares two kinds of callers', () => {
    expect(() => {
      @Controller('both')
      class BothController {
        @Get()
        @Public()
        @SignedBy('operator')
        read(): string {
          return 'whatever';
        }
      }
      return BothController;
    }).toThrow('declares twice');
  });
});

describe('a route', () => {
  const content = { boxes: Array.from({ length: 3 }, () => 'A'.repeat(43)) };

  it('for staff lets in whoever has the role, and tells nobody else more than that', async () => {
    await start([DoorController]);
    expect(await post('/door/money', content, 'maker')).toEqual({
      status: 200,
      body: { person: 'person-maker', boxes: 3 },
    });
    expect(await post('/door/money', content, 'operator')).toMatchObject({
      status: 403,
      body: { code: 'not-allowed' },
    });
    expect(await post('/door/money', content)).toMatchObject({ status: 401, body: { code: 'not-signed' } });
    expect(await post('/door/plain', undefined, 'operator')).toMatchObject({ status: 200 });
  });

  it('asks who has sent a request before it looks at what was sent', async () => {
    await start([DoorController]);
    expect(await post('/door/money', { boxes: 'no list' })).toMatchObject({ status: 401 });
    expect(await post('/door/money', { boxes: 'no list' }, 'operator')).toMatchObject({ status: 403 });
    expect(await post('/door/money', { boxes: 'no list' }, 'maker')).toMatchObject({ status: 400 });
  });

  it('looks a key up once for each request', async () => {
    await start([DoorController]);
    await post('/door/money', content, 'maker');
    await post('/door/kiosk', undefined, 'kiosk');
    expect(lookups).toBe(2);
  });

  it('takes no content unless it says which', async () => {
    await start([DoorController]);
    expect(await post('/door/plain', { more: 1 }, 'maker')).toMatchObject({
      status: 400,
      body: { code: 'unknown-field' },
    });
    expect(await post('/door/plain', {}, 'maker')).toMatchObject({ status: 200 });
  });

  it('for devices knows a device by its signature, and where it says so a household by having none', async () => {
    await start([DoorController]);
    const device = { lane: 'kiosk', site: 'SITE-7' };
    expect(await post('/door/apply', undefined, 'kiosk')).toEqual({ status: 200, body: { device } });
    expect(await post('/door/apply', undefined)).toEqual({ status: 200, body: { device: 'own' } });
    expect(await post('/door/apply', undefined, 'maker')).toMatchObject({ status: 401 });
    expect(await post('/door/kiosk', undefined)).toMatchObject({ status: 401 });
  });
});

describe('the two listeners', () => {
  it('have routes of their own: what is inside cannot be reached from outside, and the other way round', async () => {
    await start([DoorController, InsideController]);
    const port = await internal.listen(app!.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    const inside = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    const outside = async (path: string): Promise<number> =>
      (await app!.inject({ method: 'GET', url: path })).statusCode;
    expect([await outside('/door/open'), await outside('/inside')]).toEqual([200, 404]);
    expect([await inside('/door/open'), await inside('/inside')]).toEqual([404, 200]);
  });

  it('are told apart by the connection and by nothing that a request says', async () => {
    await start([InsideController]);
    const port = await internal.listen(app!.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    for (const headers of [
      { listener: 'internal' },
      { host: `127.0.0.1:${port}` },
      { 'x-forwarded-port': `${port}` },
    ]) {
      expect((await app!.inject({ method: 'GET', url: '/inside', headers })).statusCode).toBe(404);
    }
  });

  it('ends when those that ask have their answer, even where they keep the connection', async () => {
    await start([InsideController]);
    const port = await internal.listen(app!.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    const agent = new Agent({ keepAlive: true });
    const arrived = new Promise<void>((resolve) => (started.slow = resolve));
    const answer = new Promise<string>((resolve, reject) => {
      get(`http://127.0.0.1:${port}/inside/slow`, { agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
    await arrived;
    const closed = internal.close();
    expect(await answer).toBe('slow');
    await closed;
    agent.destroy();
  }, 5_000);
});
