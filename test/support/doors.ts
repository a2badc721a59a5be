import { expect } from '@jest/globals';

import type { Service } from '#libs/contracts';
import type { ServiceUnderTest } from './service-under-test.js';

/** Sends an empty, unsigned request to each route of a service. @returns the status of each answer */
export async function doorsOf<S extends Service>(service: ServiceUnderTest<S>): Promise<Record<string, number>> {
  const doors: Record<string, number> = {};
  for (const route of service.routes) {
    const [listener, method, pattern] = route.split(' ') as [string, 'GET' | 'POST', string];
    const path = pattern.replaceAll(/:\w+/g, 'nobody');
    doors[route] =
      listener === 'main'
        ? (await service.inject({ method, url: path })).statusCode
        : (await fetch(`${service.internalUrl}${path}`, { method })).status;
  }
  return doors;
}

/** The routes that every service has. Whether it is ready without a broker is tested elsewhere. */
export const doorsOfEach = {
  'main GET /health/live': 200,
  'internal GET /health/live': 200,
  'internal GET /health/ready': expect.any(Number),
  'internal GET /metrics': 200,
  'internal GET /v1/openapi.json': 200,
  'internal POST /v1/legal-holds/export': 401,
  'internal POST /v1/legal-holds/lift': 401,
  'internal POST /v1/legal-holds/list': 401,
  'internal POST /v1/legal-holds/place': 401,
  'internal POST /v1/operations/audit': 401,
  'internal POST /v1/operations/breaker/reset': 401,
  'internal POST /v1/operations/breaker/set-aside': 401,
  'internal POST /v1/operations/clock/accept': 401,
  'internal POST /v1/operations/keys/revoke': 401,
  'internal POST /v1/operations/parked': 401,
  'internal POST /v1/operations/parked/dismiss': 401,
  'internal POST /v1/operations/parked/retry': 401,
  'internal POST /v1/operations/republish': 401,
  'internal POST /v1/operations/status': 401,
  'internal POST /v1/operations/turn': 401,
};
