import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { parseJson, validate } from '#libs/contracts';
import type { AttemptRequest } from '../log/attempt.js';
import type { EnrolledDevice } from './device-directory.js';

/** Who has called, as the guard has found out. */
export interface Caller {
  /** The pseudonym of the person of the city whose key signed. */
  readonly person?: string;
  /** Undefined where nothing was signed: a household's own device. Absent where a route is not for devices. */
  readonly device?: Omit<EnrolledDevice, 'key'> | undefined;
}

/** Bodies reach the service as bytes: a signature covers them as they came. */
export interface CalledRequest extends AttemptRequest {
  readonly body: Buffer | undefined;
  caller?: Caller;
}

const NO_BODY = Buffer.alloc(0);
const withBody = new WeakSet<object>();

function requestOf(context: ExecutionContext): CalledRequest {
  return context.switchToHttp().getRequest<CalledRequest>();
}

/** The person who signed: for routes that declare `@SignedBy`. */
export const Person = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { caller } = requestOf(context);
  if (caller?.person === undefined) throw new TypeError('the route is not signed by staff');
  return caller.person;
});

/** The device that signed; undefined for a household's own. For routes that declare `@SignedByDevice`. */
export const Device = createParamDecorator((_: unknown, context: ExecutionContext): Caller['device'] => {
  const { caller = {} } = requestOf(context);
  if (!('device' in caller)) throw new TypeError('the route is not for devices');
  return caller.device;
});

const contractBody = createParamDecorator((type: new () => object, context: ExecutionContext): object =>
  validate(type, parseJson(requestOf(context).body ?? NO_BODY)),
);

/** The body, checked by its contract after it is known who sent it. A route without one takes no content. */
export function ContractBody(type: new () => object): ParameterDecorator {
  return (target, name, index) => {
    withBody.add((target as Record<string | symbol, object>)[name as string] as object);
    contractBody(type)(target, name, index);
  };
}

export function takesBody(route: object): boolean {
  return withBody.has(route);
}
