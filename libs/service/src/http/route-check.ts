import type { RouteOptions } from 'fastify';
import { accessOf, listenersOf } from '../auth/access.js';
import type { ControllerRoute } from '../auth/controller-routes.js';
import { isInternalController } from './internal-controller.js';
import { INTERNAL } from './listeners.js';

type NamedRoute = Pick<RouteOptions, 'method' | 'url' | 'constraints'>;

/**
 * A route does not say who may call it, or nothing would hold it to that: the service must not start. It is named by
 * its method, its pattern and its listener, which are words of our own code.
 */
export class UndeclaredRouteError extends Error {
  override readonly name = 'UndeclaredRouteError';
  readonly code = 'undeclared-route';
  readonly route: string;

  constructor({ method, url, constraints }: NamedRoute) {
    const route = `${[method].flat().join('/')} ${url}`;
    const isInside = (constraints as { readonly listener?: unknown } | undefined)?.listener === INTERNAL;
    const listener = isInside ? INTERNAL : 'main';
    super(`the route ${route} of the ${listener} listener declares nobody who may call it`);
    this.route = `${listener} ${route}`;
  }
}

/** A route of a controller for operators is served on the main listener: the service must not start. */
export class ExposedRouteError extends Error {
  override readonly name = 'ExposedRouteError';
  readonly code = 'exposed-route';

  readonly route: string;

  constructor({ method, url }: Pick<ControllerRoute, 'method' | 'url'>) {
    super(`the route ${method} ${url} of an internal controller is served to everybody`);
    this.route = `main ${method} ${url}`;
  }
}

/**
 * Compares what the controllers declare with what Fastify serves: a decorator that comes later, or a wrapper around a
 * function, can have told Fastify something else.
 *
 * @throws UndeclaredRouteError, ExposedRouteError
 */
export function checkRoutes(routes: readonly ControllerRoute[]): void {
  for (const { controller, handler, method, url } of routes) {
    const isOperators = isInternalController(controller);
    const named = { method, url, ...(isOperators ? { constraints: { listener: INTERNAL } } : {}) };
    const access = accessOf(handler);
    const served = access === undefined ? undefined : listenersOf(access);
    if (served === undefined || served.size === 0) throw new UndeclaredRouteError(named);
    const isInside = served.size === 1 && served.has(INTERNAL);
    if (isOperators && !isInside) throw new ExposedRouteError(named);
  }
}
