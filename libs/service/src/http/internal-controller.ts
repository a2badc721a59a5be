import { applyDecorators, Controller } from '@nestjs/common';
import { RouteConstraints } from '@nestjs/platform-fastify';
import { INTERNAL } from './listeners.js';

const paths = new Set<string>();

/** Whether a path is of a controller whose routes exist on the internal listener alone. */
export function isInternalPath(path: string): boolean {
  return [...paths].some((each) => path === `/${each}` || path.startsWith(`/${each}/`));
}

/** A controller whose routes exist on the internal listener alone; elsewhere there is nothing at their paths. */
export function InternalController(path: string): ClassDecorator {
  const constrain: ClassDecorator = (type) => {
    const prototype = type.prototype as object;
    // Nest would serve what is inherited, too, and nothing here would keep that inside.
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
