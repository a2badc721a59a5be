import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { StaffRole } from './staff.entity.js';

/** Who may call a route. People who are signed in on a page will be another kind, `@SignedIn(role)`. */
export type Access =
  | { readonly type: 'public' }
  | { readonly type: 'device'; readonly orUnsigned: boolean }
  | { readonly type: 'staff'; readonly roles: readonly StaffRole[] };

const declared = new WeakMap<object, Access>();
/** By class, the members that have declared theirs: a wrapper may have put another function in a member's place. */
const members = new WeakMap<object, Set<string | symbol>>();
/** What decorators of ours have made. What only looks like it counts for nothing. */
const ours = new WeakSet<Access>();
/** By which listeners something is served under it. */
const listeners = new WeakMap<Access, Set<unknown>>();

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
  ours.add(access);
  const once: MethodDecorator = (target, name, descriptor) => {
    const names = members.get(target) ?? new Set();
    if (names.has(name)) throw new TypeError('a route declares twice who may call it');
    members.set(target, names.add(name));
    declared.set(descriptor.value as object, access);
  };
  return applyDecorators(once, RouteConfig({ access }));
}

/** Who may call what this function of a controller answers; undefined: it is no route, or says nothing. */
export function accessOf(route: object): Access | undefined {
  return declared.get(route);
}

/** Notes that Fastify serves a route. @returns whether it may: one of our decorators says who may call it */
export function noteServed(access: Access | undefined, listener: unknown): boolean {
  if (access === undefined || !ours.has(access)) return false;
  listeners.set(access, (listeners.get(access) ?? new Set()).add(listener));
  return true;
}

/** By which listeners what declares this is served; none: it is not what Fastify was told. */
export function listenersOf(access: Access): ReadonlySet<unknown> {
  return listeners.get(access) ?? new Set();
}
