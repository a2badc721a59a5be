import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { parseJson, validate } from '#libs/contracts';
import type { StaffAct } from '../audit/audit-trail.js';
import type { Bucket } from '../admission/fair-queue.js';
import type { AttemptRequest } from '../log/attempt.js';
import type { EnrolledDevice } from './device-directory.js';

/** The caller as the guard identified it. */
export interface Caller {
  /** The pseudonym of the member of staff whose key signed. */
  readonly person?: string;
  /** Undefined if nothing was signed: a household's own device. Absent if the route is not for devices. */
  readonly device?: Pick<EnrolledDevice, 'lane' | 'site'> | undefined;
}

/** The body is kept as bytes, because the signature covers the bytes that were sent. */
export interface CalledRequest extends AttemptRequest {
  readonly body: Buffer | undefined;
  caller?: Caller;
  /** Where the request waits among those of others. */
  bucket?: Bucket;
}

const NO_BODY = Buffer.alloc(0);
const bodies = new WeakMap<object, new () => object>();

function requestOf(context: ExecutionContext): CalledRequest {
  return context.switchToHttp().getRequest<CalledRequest>();
}

/** The member of staff who signed, as a pseudonym. Only for routes that declare `@SignedBy`. */
export const Person = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { caller } = requestOf(context);
  if (caller?.person === undefined) throw new TypeError('the route is not signed by staff');
  return caller.person;
});

const actors = new WeakSet<object>();

const act = createParamDecorator((_: unknown, context: ExecutionContext): StaffAct => {
  const { caller, attempt } = requestOf(context);
  if (caller?.person === undefined || attempt === undefined) throw new TypeError('the route is not signed by staff');
  return { person: caller.person, operation: attempt.operation };
});

/** Who of the staff does what, for the audit. A route for staff without it must declare `@ReadsOnly`. */
export function Act(): ParameterDecorator {
  return (target, name, index) => {
    actors.add((target as Record<string | symbol, object>)[name as string] as object);
    act()(target, name, index);
  };
}

/** True if the route takes an `@Act()`. */
export function takesAct(route: object): boolean {
  return actors.has(route);
}

/** The device that signed; undefined for a household's own. Only for routes that declare `@SignedByDevice`. */
export const Device = createParamDecorator((_: unknown, context: ExecutionContext): Caller['device'] => {
  const { caller = {} } = requestOf(context);
  if (!('device' in caller)) throw new TypeError('the route is not for devices');
  return caller.device;
});

/** Where the request waits among those of others; undefined if nothing limits the route. */
export const WaitsIn = createParamDecorator((_: unknown, context: ExecutionContext): Bucket => {
  const { bucket } = requestOf(context);
  if (bucket === undefined) throw new TypeError('nothing limits the route');
  return bucket;
});

const contractBody = createParamDecorator((type: new () => object, context: ExecutionContext): object =>
  validate(type, parseJson(requestOf(context).body ?? NO_BODY)),
);

/** The body, validated by its contract after the caller is known. A route without this decorator accepts no content. */
export function ContractBody(type: new () => object): ParameterDecorator {
  return (target, name, index) => {
    bodies.set((target as Record<string | symbol, object>)[name as string] as object, type);
    contractBody(type)(target, name, index);
  };
}

/** The class that checks the body of a route; undefined: the route takes no content. */
export function bodyOf(route: object): (new () => object) | undefined {
  return bodies.get(route);
}
