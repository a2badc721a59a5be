import { beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, HttpCode, Post, Sse, type Type } from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { EMPTY, type Observable } from 'rxjs';

import { BatchTransport, handlersFor } from '#libs/bus';
import { grantCancelled } from '#libs/contracts';

import type { StaffAct } from '../src/audit/audit-trail.js';
import { AccessGuard } from '../src/auth/access.guard.js';
import { Public, ReadsOnly, SignedBy, SignedByDevice } from '../src/auth/access.js';
import { Act, Device, Person, type Caller } from '../src/auth/caller.js';
import { NoDeviceDirectoryError } from '../src/auth/device-directory.js';
import { UnauditedRouteError, UndeclaredRouteError } from '../src/http/route-check.js';
import { InternalController } from '../src/http/internal-controller.js';
import { DoorController, doorsOfEachTest, InsideController, written } from './doors.js';

const doors = doorsOfEachTest();

beforeEach(() => {
  written.length = 0;
});

/** The context that the bus gives to a handler besides its messages. */
async function contextOfBus(handler: unknown, given: readonly unknown[]): Promise<unknown> {
  const on = handlersFor('payments');
  on(grantCancelled)({}, 'handle', { value: () => Promise.resolve([]) } as never);
  let entries: readonly { handle: (...args: never[]) => Promise<unknown> }[] = [];
  const transport = new BatchTransport({ consume: (all: typeof entries) => void (entries = all) } as never);
  transport.addHandler(grantCancelled.topic, handler as never, true);
  transport.listen(() => undefined);
  await entries[0]?.handle(...([[], {}, () => undefined] as never[]));
  return given[0];
}

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

  @InternalController('within')
  class WithinController {
    @Post('forgotten/:which')
    @HttpCode(200)
    act(): string {
      return 'whatever';
    }
  }

  it.each<[string, Type, [string, string]]>([
    ['a route', ForgottenController, ['GET /forgotten', 'main']],
    ['an event stream', StreamController, ['GET /stream', 'main']],
    ['an internal route', WithinController, ['POST /within/forgotten/:which', 'internal']],
  ])(
    'does not start with %s that declares nobody who may call it, and names it',
    async (_, controller, [route, listener]) => {
      const refused = await doors.start([DoorController, controller]).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UndeclaredRouteError);
      expect(refused).toMatchObject({
        message: `the route ${route} of the ${listener} listener does not declare who may call it`,
        route: `${listener} ${route}`,
      });
    },
  );

  @Controller('silent')
  class SilentController {
    @Post()
    @SignedBy('operator')
    act(): string {
      return 'whatever';
    }
  }

  @Controller('unsure')
  class UnsureController {
    @Post()
    @SignedBy('operator')
    @ReadsOnly()
    act(@Act() act: StaffAct): string {
      return act.operation;
    }
  }

  it.each<[string, Type]>([
    ['tells nobody who acts', SilentController],
    ['says that it only reads, and asks who acts', UnsureController],
  ])('does not start with a route for staff that %s', async (_, controller) => {
    await expect(doors.start([DoorController, controller])).rejects.toBeInstanceOf(UnauditedRouteError);
  });

  it('does not start with a path that something below Nest adds, such as static files', async () => {
    const add = (adapter: FastifyAdapter): void =>
      void adapter.getInstance().get('/static/*', (_request, reply) => reply.send(''));
    await expect(doors.start([DoorController], { add })).rejects.toBeInstanceOf(UndeclaredRouteError);
  });

  it('does not start with a path below Nest that only says who may call it: no guard stands there', async () => {
    const config = { access: { type: 'staff', roles: ['operator'] } };
    const add = (adapter: FastifyAdapter): void =>
      void adapter.getInstance().get('/below', { config } as object, (_request, reply) => reply.send(''));
    await expect(doors.start([DoorController], { add })).rejects.toBeInstanceOf(UndeclaredRouteError);
  });

  it('does not start with a route for devices, inherited or not, when nobody says which there are', async () => {
    @Controller('heir')
    class HeirController extends DoorController {}
    for (const controller of [DoorController, HeirController]) {
      await expect(doors.start([controller], { devices: [] })).rejects.toBeInstanceOf(NoDeviceDirectoryError);
    }
    expect(new NoDeviceDirectoryError().message).toMatch(
      /^a route is for devices, .* provides no directory of devices$/,
    );
  });

  it('needs no directory of devices where no route is for them', async () => {
    await doors.start([InsideController], { devices: [] });
    expect(await doors.now.statusOf('/inside')).toBe(404);
  });

  it('is not even loaded with an internal controller that inherits', () => {
    expect(() => {
      @InternalController('heir')
      class HeirController extends DoorController {}
      return HeirController;
    }).toThrow('inherits nothing');
  });

  it('lets in nobody by another way than HTTP and the bus', async () => {
    const { app } = await doors.start([DoorController]);
    const guard = app.get(AccessGuard);
    const by = (type: string, context: unknown) =>
      guard.canActivate({ getType: () => type, switchToRpc: () => ({ getContext: () => context }) } as never);
    const given: unknown[] = [];
    const handler = (_deliveries: unknown, context: unknown): Promise<unknown> => {
      given.push(context);
      return Promise.resolve({ ok: true, results: [] });
    };
    const ofBus = await contextOfBus(handler, given);
    expect([await by('rpc', ofBus), await by('ws', ofBus), await by('graphql', ofBus)]).toEqual([true, false, false]);
    // A context as another transport would make it.
    for (const other of [undefined, {}, { ...(ofBus as object) }, []]) expect(await by('rpc', other)).toBe(false);
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
    }).toThrow('two declarations');
  });
});

describe('a route', () => {
  const content = { boxes: Array.from({ length: 3 }, () => 'A'.repeat(43)) };

  it('for staff lets in whoever has the role, and tells nobody else more than that', async () => {
    await doors.start([DoorController]);
    expect(await doors.now.post('/door/money', content, 'maker')).toEqual({
      status: 200,
      body: { person: 'person-maker', boxes: 3 },
    });
    expect(await doors.now.post('/door/money', content, 'operator')).toMatchObject({
      status: 403,
      body: { code: 'not-allowed' },
    });
    expect(await doors.now.post('/door/money', content)).toMatchObject({ status: 401, body: { code: 'not-signed' } });
    expect(await doors.now.post('/door/plain', undefined, 'operator')).toMatchObject({ status: 200 });
  });

  it('asks who has sent a request before it looks at what was sent', async () => {
    await doors.start([DoorController]);
    expect(await doors.now.post('/door/money', { boxes: 'no list' })).toMatchObject({ status: 401 });
    expect(await doors.now.post('/door/money', { boxes: 'no list' }, 'operator')).toMatchObject({ status: 403 });
    expect(await doors.now.post('/door/money', { boxes: 'no list' }, 'maker')).toMatchObject({ status: 400 });
  });

  it('for staff is in the log by its pattern, with who has signed, though it names no operation', async () => {
    await doors.start([DoorController]);
    await doors.now.post('/door/money', content, 'maker');
    await doors.now.post('/door/money', content, 'operator');
    await doors.now.post('/door/apply', undefined, 'kiosk');
    const [made, tried] = ['maker', 'operator'].map((name) => ({ operation: 'door-money', by: `person-${name}` }));
    expect(written).toEqual([
      ['operation', made],
      ['operation', tried],
      ['operation-refused', { ...tried, code: 'not-allowed' }],
    ]);
  });

  it('takes no content unless it says which', async () => {
    await doors.start([DoorController]);
    expect(await doors.now.post('/door/plain', { more: 1 }, 'maker')).toMatchObject({
      status: 400,
      body: { code: 'unknown-field' },
    });
    expect(await doors.now.post('/door/plain', {}, 'maker')).toMatchObject({ status: 200 });
  });

  it('for devices knows a device by its signature, and where it says so a household by having none', async () => {
    await doors.start([DoorController]);
    const device = { lane: 'kiosk', site: 'SITE-7' };
    expect(await doors.now.post('/door/apply', undefined, 'kiosk')).toEqual({ status: 200, body: { device } });
    expect(await doors.now.post('/door/apply', undefined)).toEqual({ status: 200, body: { device: 'own' } });
    expect(await doors.now.post('/door/apply', undefined, 'maker')).toMatchObject({ status: 401 });
    expect(await doors.now.post('/door/kiosk', undefined)).toMatchObject({ status: 401, body: { code: 'not-signed' } });
  });
});

describe('what asks for a caller of another kind than its route has', () => {
  @Controller('mixed')
  class MixedController {
    @Get('device')
    @Public()
    device(@Device() device: Caller['device']): object {
      return { device };
    }

    @Post('person')
    @SignedByDevice({ orUnsigned: true })
    person(@Person() person: string): object {
      return { person };
    }
  }

  it('is answered nothing, and does not pass for a household of its own', async () => {
    await doors.start([MixedController]);
    expect(await doors.now.statusOf('/mixed/device')).toBe(503);
    expect(await doors.now.post('/mixed/person', undefined, 'kiosk')).toMatchObject({ status: 503 });
    expect(await doors.now.post('/mixed/person', undefined)).toMatchObject({ status: 503 });
  });
});
