import type { Service } from '#libs/contracts';
import { staffRoles } from '#libs/service';

import type { ServiceUnderTest } from './service-under-test.js';
import { enrolStaff, signed, type StaffKey } from './staff.js';

/** A body that no route takes: a caller who may call it is told so, and nothing happens. */
const NO_BODY_OF_OURS = { undeclared: true };
const REFUSED = new Set([401, 403]);

interface Route {
  readonly listener: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/**
 * Calls every route of a service unsigned and with a key of each role of the staff, over HTTP.
 * @returns for each route who was not refused
 */
export async function whoMay<S extends Service>(
  service: ServiceUnderTest<S>,
  now: Date,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const keys: (readonly [role: string, key: StaffKey])[] = [];
  for (const role of staffRoles) {
    keys.push([role, await enrolStaff(service, { name: `who-${role}`, person: `who-may-${role}`, role })]);
  }
  const found: Record<string, readonly string[]> = {};
  for (const route of service.routes) {
    const [listener = '', method = '', path = ''] = route.split(' ');
    const called = { listener, method: method as Route['method'], path };
    if (!REFUSED.has(await statusOf(service, called, {}))) {
      found[route] = ['everybody'];
      continue;
    }
    const allowed: string[] = [];
    for (const [role, key] of keys) {
      const request = { path, now, ...(method === 'POST' ? { body: NO_BODY_OF_OURS } : {}) };
      const headers = await signed(service.definition.service, called.method, request, key);
      if (!REFUSED.has(await statusOf(service, called, headers))) allowed.push(role);
    }
    found[route] = allowed;
  }
  return found;
}

async function statusOf<S extends Service>(
  service: ServiceUnderTest<S>,
  { listener, method, path }: Route,
  signature: Readonly<Record<string, string>>,
): Promise<number> {
  const headers = { ...signature, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) };
  const body = method === 'POST' ? { body: JSON.stringify(NO_BODY_OF_OURS) } : {};
  if (listener === 'internal') {
    const answer = await fetch(`${service.internalUrl}${path}`, { method, headers, ...body });
    await answer.body?.cancel();
    return answer.status;
  }
  const payload = method === 'POST' ? { payload: JSON.stringify(NO_BODY_OF_OURS) } : {};
  return (await service.inject({ method, url: path, headers, ...payload })).statusCode;
}

/** Who may call the routes that every service has. */
export const routesOfEveryService: Readonly<Record<string, readonly string[]>> = {
  'main GET /health/live': ['everybody'],
  'internal GET /health/live': ['everybody'],
  'internal GET /health/ready': ['everybody'],
  'internal GET /metrics': ['everybody'],
  'internal GET /v1/openapi.json': ['everybody'],
  'internal POST /v1/legal-holds/export': ['custodian'],
  'internal POST /v1/legal-holds/lift': ['custodian'],
  'internal POST /v1/legal-holds/list': ['custodian'],
  'internal POST /v1/legal-holds/place': ['custodian'],
  'internal POST /v1/operations/audit': ['operator'],
  'internal POST /v1/operations/breaker/reset': ['operator'],
  'internal POST /v1/operations/breaker/set-aside': ['operator'],
  'internal POST /v1/operations/clock/accept': ['operator'],
  'internal POST /v1/operations/keys/revoke': ['operator'],
  'internal POST /v1/operations/parked': ['operator'],
  'internal POST /v1/operations/parked/dismiss': ['operator'],
  'internal POST /v1/operations/parked/retry': ['operator'],
  'internal POST /v1/operations/republish': ['operator'],
  'internal POST /v1/operations/status': ['operator'],
  'internal POST /v1/operations/turn': ['operator'],
};
