import { describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { RouteConfig, RouteConstraints } from '@nestjs/platform-fastify';

import { accessOf, Public, ReadsOnly, SignedBy } from '../src/auth/access.js';
import { InternalController } from '../src/http/internal-controller.js';
import { ExposedRouteError, UndeclaredRouteError } from '../src/http/route-check.js';
import { DoorController, doorsOfEachTest, InsideController } from './doors.js';

const doors = doorsOfEachTest();

describe('a service does not start', () => {
  const wrapped: MethodDecorator = (_target, _name, descriptor) => {
    const original = descriptor.value as unknown as (...args: unknown[]) => unknown;
    const wrapper = function (this: unknown, ...args: unknown[]): unknown {
      return original.apply(this, args);
    };
    for (const key of Reflect.getMetadataKeys(original)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, original), wrapper);
    }
    descriptor.value = wrapper as never;
  };

  it('with a route of which something else is told to Fastify than what it declares', async () => {
    @Controller('literal')
    class LiteralController {
      @Get()
      @RouteConfig({ access: { type: 'public' } })
      @SignedBy('operator')
      @ReadsOnly()
      read(): string {
        return 'whatever';
      }
    }
    @Controller('stolen')
    class StolenController {
      @Get()
      @RouteConfig({ access: accessOf(Reflect.get(DoorController.prototype, 'open') as object) })
      @SignedBy('operator')
      @ReadsOnly()
      read(): string {
        return 'whatever';
      }
    }
    for (const controller of [LiteralController, StolenController]) {
      await expect(doors.start([DoorController, controller])).rejects.toBeInstanceOf(UndeclaredRouteError);
    }
  });

  it('with a route around which something is wrapped that declares nothing', async () => {
    @Controller('wrapped')
    class WrappedController {
      @Get()
      @wrapped
      @Public()
      read(): string {
        return 'whatever';
      }
    }
    await expect(doors.start([WrappedController])).rejects.toBeInstanceOf(UndeclaredRouteError);
  });

  it('with two kinds of callers, however well the one is hidden from the other', () => {
    expect(() => {
      class BothController {
        @Public()
        @wrapped
        @SignedBy('operator')
        @ReadsOnly()
        read(): string {
          return 'whatever';
        }
      }
      return BothController;
    }).toThrow('two declarations');
  });

  it('with a route of an internal controller that everybody would reach', async () => {
    const freed: ClassDecorator = (type) => {
      const prototype = type.prototype as object;
      RouteConstraints({})(prototype, 'read', Object.getOwnPropertyDescriptor(prototype, 'read') ?? {});
    };
    const added: ClassDecorator = (type) => {
      const prototype = type.prototype as object;
      const more = { more: () => 'whatever' };
      const descriptor = Object.getOwnPropertyDescriptor(more, 'more') ?? {};
      for (const decorate of [Public(), Get('more')]) decorate(prototype, 'more', descriptor);
      Object.defineProperty(prototype, 'more', descriptor);
    };
    for (const decorate of [freed, added]) {
      @decorate
      @InternalController('inner')
      class InnerController {
        @Get()
        @Public()
        read(): string {
          return 'inside';
        }
      }
      await expect(doors.start([InnerController])).rejects.toBeInstanceOf(ExposedRouteError);
    }
  });

  it('with a controller that was made of an internal one', async () => {
    @Controller('heir')
    class HeirController extends InsideController {
      @Get('more')
      @Public()
      more(): string {
        return 'inside';
      }
    }
    await expect(doors.start([HeirController])).rejects.toBeInstanceOf(ExposedRouteError);
  });

  it('and keeps to what it declares where Fastify was told something else before', async () => {
    @Controller('before')
    class BeforeController {
      @Get()
      @SignedBy('operator')
      @ReadsOnly()
      @RouteConfig({ access: { type: 'public' } })
      read(): string {
        return 'whatever';
      }
    }
    await doors.start([BeforeController]);
    expect(await doors.now.statusOf('/before')).toBe(401);
  });
});
