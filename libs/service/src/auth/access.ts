import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { StaffRole } from './staff.entity.js';

/** Who may call a route. People who are signed in on a page will be another kind, `@SignedIn(role)`. */
export type Access =
  | { readonly type: 'public' }
  | { readonly type: 'device'; readonly orUnsigned: boolean }
  | { readonly type: 'staff'; readonly roles: readonly StaffRole[] };

const declared = new WeakMap<object, Access>();
/** What the guard will be asked to enforce. */
const guarded = new WeakSet<Access>();

/** Anybody who reaches the listener. */
export function Public(): MethodDecorator {
  return declare({ type: 'public' });
}

/**
 * An enrolled device of the city, by its signature.
 *
 * @param orUnsigned also a household's own device, which signs nothing; what is signed must still be signed well
 */
export function SignedByDevice({ orUnsigned = false }: { readonly orUnsigned?: boolean } = {}): MethodDecorator {
  return declare({ type: 'device', orUnsigned });
}

/** Staff whose key has one of these roles, by their signature. */
export function SignedBy(...roles: readonly [StaffRole, ...StaffRole[]]): MethodDecorator {
  return declare({ type: 'staff', roles });
}

/** Fastify keeps it with the route, where the guard and the check at the start read it. */
function declare(access: Access): MethodDecorator {
  guarded.add(access);
  const once: MethodDecorator = (_target, _name, descriptor) => {
    const route = descriptor.value as object;
    if (declared.has(route)) throw new TypeError('a route declares twice who may call it');
    declared.set(route, access);
  };
  return applyDecorators(once, RouteConfig({ access }));
}

/** Who may call what this function of a controller answers; undefined: it is no route, or says nothing. */
export function accessOf(route: object): Access | undefined {
  return declared.get(route);
}

/** Whether a route may be served: anybody may call it, or Nest's guard stands before it. */
export function isKept(access: Access | undefined): boolean {
  return access !== undefined && (access.type === 'public' || guarded.has(access));
}
