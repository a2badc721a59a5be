import type { RouteOptions } from 'fastify';
import { accessOf, isReadsOnly, listenersOf } from '../auth/access.js';
import { takesAct } from '../auth/caller.js';
import type { ControllerRoute } from '../auth/controller-routes.js';
import { isInternalController } from './internal-controller.js';
import { INTERNAL } from './listeners.js';

type NamedRoute = Pick<RouteOptions, 'method' | 'url' | 'constraints'>;

/**
 * A route does not declare who may call it, or nothing would enforce the declaration. The service must not start. The
 * error names method, pattern and listener, which come from our own code.
 */
export class UndeclaredRouteError extends Error {
  override readonly name = 'UndeclaredRouteError';
  readonly code = 'undeclared-route';
  readonly route: string;

  constructor({ method, url, constraints }: NamedRoute) {
    const route = `${[method].flat().join('/')} ${url}`;
    const isInside = (constraints as { readonly listener?: unknown } | undefined)?.listener === INTERNAL;
    const listener = isInside ? INTERNAL : 'main';
    super(`the route ${route} of the ${listener} listener does not declare who may call it`);
    this.route = `${listener} ${route}`;
  }
}

/** The main listener serves a route of a controller for operators. The service must not start. */
export class ExposedRouteError extends Error {
  override readonly name = 'ExposedRouteError';
  readonly code = 'exposed-route';

  readonly route: string;

  constructor({ method, url }: Pick<ControllerRoute, 'method' | 'url'>) {
    super(`the route ${method} ${url} of an internal controller is served to everybody`);
    this.route = `main ${method} ${url}`;
  }
}

/** A route for staff leaves no trace of who changed something. The service must not start. */
export class UnauditedRouteError extends Error {
  override readonly name = 'UnauditedRouteError';
  readonly code = 'unaudited-route';

  readonly route: string;

  constructor({ method, url }: Pick<ControllerRoute, 'method' | 'url'>) {
    super(`the route ${method} ${url} for staff neither only reads nor tells the audit who acts`);
    this.route = `main ${method} ${url}`;
  }
}

/**
 * Compares the controllers' declarations with what Fastify serves. They can differ if a later decorator or a wrapper
 * around a function changed what Fastify was told.
 *
 * @throws UndeclaredRouteError, ExposedRouteError, UnauditedRouteError
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
    const isForStaff = access?.type === 'staff';
    if (isForStaff && isReadsOnly(handler) === takesAct(handler)) throw new UnauditedRouteError(named);
  }
}
