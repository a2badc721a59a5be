import type { FastifyRequest } from 'fastify';
import type { Access } from './access.js';

const admitted = new WeakMap<object, Access>();

/** Who may call the route of a request, as Fastify knows it; undefined where there is no route. */
export function accessAt(request: FastifyRequest): Access | undefined {
  return (request.routeOptions.config as { readonly access?: Access } | undefined)?.access;
}

/** The guard has let this request in to the route that declares this. */
export function admit(request: FastifyRequest, access: Access): void {
  admitted.set(request, access);
}

/** Whether the guard has let this request in to its very route. */
export function isAdmitted(request: FastifyRequest): boolean {
  const access = accessAt(request);
  return access !== undefined && admitted.get(request) === access;
}
