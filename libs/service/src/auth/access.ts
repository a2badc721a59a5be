import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Use } from '../limits/door-limits.js';
import type { StaffRole } from './staff.entity.js';

/** The callers that a route admits. People who are signed in on a page will be another kind, `@SignedIn(role)`. */
export type Access =
  | { readonly type: 'public' }
  | { readonly type: 'device'; readonly orUnsigned: boolean; readonly use: Use }
  | { readonly type: 'staff'; readonly roles: readonly StaffRole[] };

const declared = new WeakMap<object, Access>();
/**
 * The members of each class that have a declaration. They are kept by name, because a wrapper may replace the function.
 */
const members = new WeakMap<object, Set<string | symbol>>();
/** The declarations that these decorators made. An object that only looks like one is not accepted. */
const ours = new WeakSet<Access>();
/** The listeners on which routes with this declaration are served. */
const listeners = new WeakMap<Access, Set<unknown>>();

/** Everybody who reaches the listener may call the route. */
export function Public(): MethodDecorator {
  return declare({ type: 'public' });
}

/**
 * An enrolled device of the city may call the route; it signs the request.
 *
 * @param orUnsigned a household's own device may call it too, unsigned. A signature that is present must be valid.
 * @param use `read` for a route that stores nothing, which may be called more often
 */
export function SignedByDevice({
  orUnsigned = false,
  use = 'write',
}: { readonly orUnsigned?: boolean; readonly use?: Use } = {}): MethodDecorator {
  return declare({ type: 'device', orUnsigned, use });
}

/** Staff may call the route if their key, with which they sign the request, has one of these roles. */
export function SignedBy(...roles: readonly [StaffRole, ...StaffRole[]]): MethodDecorator {
  return declare({ type: 'staff', roles });
}

const readers = new WeakSet<object>();

/** The route changes nothing, so the audit has no row of it. Every other route for staff takes an `@Act()`. */
export function ReadsOnly(): MethodDecorator {
  return (_target, _name, descriptor) => void readers.add(descriptor.value as object);
}

export function isReadsOnly(route: object): boolean {
  return readers.has(route);
}

/** Fastify keeps the declaration with the route; the guard and the check at the start read it there. */
function declare(access: Access): MethodDecorator {
  ours.add(access);
  const once: MethodDecorator = (target, name, descriptor) => {
    const names = members.get(target) ?? new Set();
    if (names.has(name)) throw new TypeError('a route has two declarations of who may call it');
    members.set(target, names.add(name));
    declared.set(descriptor.value as object, access);
  };
  return applyDecorators(once, RouteConfig({ access }));
}

/** The declaration of a controller's function; undefined if it is no route or declares nothing. */
export function accessOf(route: object): Access | undefined {
  return declared.get(route);
}

/**
 * Notes that Fastify serves a route.
 * @returns false if no decorator of this file declared who may call it
 */
export function noteServed(access: Access | undefined, listener: unknown): boolean {
  if (access === undefined || !ours.has(access)) return false;
  listeners.set(access, (listeners.get(access) ?? new Set()).add(listener));
  return true;
}

/** The listeners that serve the routes with this declaration; empty if Fastify was told another one. */
export function listenersOf(access: Access): ReadonlySet<unknown> {
  return listeners.get(access) ?? new Set();
}
