import { applyDecorators, Controller } from '@nestjs/common';
import { RouteConstraints } from '@nestjs/platform-fastify';
import { INTERNAL } from './listeners.js';

const paths = new Set<string>();
const controllers = new WeakSet<object>();

/** True for an internal controller and for a class that extends one. */
export function isInternalController(controller: unknown): boolean {
  if (typeof controller !== 'function') return false;
  return controllers.has(controller) || isInternalController(Object.getPrototypeOf(controller));
}

/** True for a path of an internal controller. */
export function isInternalPath(path: string): boolean {
  return [...paths].some((each) => path === `/${each}` || path.startsWith(`/${each}/`));
}

/**
 * A controller whose routes exist on the internal listener alone. The main listener answers its paths with `not-found`.
 */
export function InternalController(path: string): ClassDecorator {
  const constrain: ClassDecorator = (type) => {
    controllers.add(type);
    const prototype = type.prototype as object;
    // Nest would also serve inherited functions, and this constraint would not cover them.
    if (Object.getPrototypeOf(prototype) !== Object.prototype) {
      throw new TypeError('an internal controller inherits nothing');
    }
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
      if (name === 'constructor' || typeof descriptor?.value !== 'function') continue;
      RouteConstraints({ listener: INTERNAL })(prototype, name, descriptor);
    }
  };
  paths.add(path);
  return applyDecorators(constrain, Controller(path));
}
