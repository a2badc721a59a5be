import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';

const metadata = new Reflector();

type Decorated = (...args: unknown[]) => unknown;

/** A controller function that Nest serves, with its method and URL pattern. */
export interface ControllerRoute {
  readonly controller: object;
  readonly handler: object;
  readonly method: string;
  readonly url: string;
}

/** Every route of these controllers as Nest serves them: inherited functions are included, overridden ones are not. */
export function controllerRoutes(controllers: readonly unknown[]): readonly ControllerRoute[] {
  return controllers.flatMap((controller) => {
    if (typeof controller !== 'function') return [];
    return [...methodsOf(controller.prototype).values()]
      .filter((handler) => metadata.get<unknown>(PATH_METADATA, handler) !== undefined)
      .map((handler) => ({
        controller,
        handler,
        method: RequestMethod[metadata.get<RequestMethod | undefined>(METHOD_METADATA, handler) ?? 0] ?? '',
        url: `/${[pathOf(controller as Decorated), pathOf(handler)].filter((part) => part !== '').join('/')}`,
      }));
  });
}

function pathOf(decorated: Decorated): string {
  const path = [metadata.get<string | readonly string[] | undefined>(PATH_METADATA, decorated)].flat()[0];
  return (path ?? '').replaceAll(/^\/|\/$/g, '');
}

function methodsOf(prototype: unknown): ReadonlyMap<string | symbol, Decorated> {
  if (typeof prototype !== 'object' || prototype === null) return new Map();
  const methods = new Map(methodsOf(Object.getPrototypeOf(prototype)));
  for (const name of Reflect.ownKeys(prototype)) {
    const value = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown;
    // The class itself has a path, but the constructor is no route.
    if (typeof value === 'function' && name !== 'constructor') methods.set(name, value as Decorated);
    else methods.delete(name);
  }
  return methods;
}
