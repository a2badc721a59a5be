import type { FastifyRequest } from 'fastify';
import type { Access } from './access.js';

const admitted = new WeakMap<object, Access>();

/** The callers that the route of a request admits, as Fastify knows it; undefined if there is no route. */
export function accessAt(request: FastifyRequest): Access | undefined {
  return (request.routeOptions.config as { readonly access?: Access } | undefined)?.access;
}

/** Notes that the guard admitted this request to the route with this declaration. */
export function admit(request: FastifyRequest, access: Access): void {
  admitted.set(request, access);
}

/** True if the guard admitted this request to the route that serves it. */
export function isAdmitted(request: FastifyRequest): boolean {
  const access = accessAt(request);
  return access !== undefined && admitted.get(request) === access;
}
