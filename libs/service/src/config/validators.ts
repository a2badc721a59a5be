import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isIP, ValidateBy, type ValidationOptions } from 'class-validator';
import { blockListOf, isIn, networkIn, type Network } from '../admission/network.js';

type Other = Readonly<Record<string, unknown>> | undefined;

/** A check of one setting, which may read other settings of its class. If the check throws, the setting is wrong. */
function checked(
  name: string,
  isRight: (value: string, config: Other) => boolean,
  options?: ValidationOptions,
): PropertyDecorator {
  const validate = (value: unknown, args?: { readonly object: object }): boolean => {
    try {
      const isSingle = typeof value === 'string' || typeof value === 'number';
      return isSingle && isRight(String(value), args?.object as Other);
    } catch {
      return false;
    }
  };
  return ValidateBy({ name, validator: { validate } }, options);
}

/** A text with more than spaces. */
export function IsPath(): PropertyDecorator {
  return checked('isPath', (value) => isPath(value));
}

/** An existing folder. A missing one is not created, because a path that does not exist is probably a mistake. */
export function IsFolder(): PropertyDecorator {
  return checked('isFolder', (value) => isPath(value) && statSync(value).isDirectory());
}

function isPath(value: string): boolean {
  return value.trim() !== '' && !value.includes('\0');
}

/** Another place than that of a property, even if the two are spelled differently. An absent setting has no place. */
export function IsElsewhereThan(property: string): PropertyDecorator {
  return checked('isElsewhereThan', (value, config) => {
    const other = config?.[property];
    return typeof other !== 'string' || realPathOf(value) !== realPathOf(other);
  });
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Another value than that of a property. */
export function IsOtherThan(property: string): PropertyDecorator {
  return checked('isOtherThan', (value, config) => value !== String(config?.[property]));
}

const LABELS = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i;

/** An address or a host name on which a process can listen. */
export function IsHost(): PropertyDecorator {
  return checked('isHost', isHost);
}

function isHost(value: string): boolean {
  // A host name does not end in digits alone: that would be an address, and an invalid one.
  return isIP(value) || (LABELS.test(value) && !/(^|\.)\d+$/.test(value));
}

/** The address of a broker: a host and a port, one of a list. */
export function IsBroker(options?: ValidationOptions): PropertyDecorator {
  return checked('isBroker', isBroker, options);
}

/** Names that brokers have and that `isHost` refuses are right here: with underscores, with a final dot. */
export function isBroker(value: string): boolean {
  return /^[\w.:[\]-]+$/.test(value);
}

const loopback = blockListOf(['127.0.0.0/8', '::1'].map((text) => networkIn(text) as Network));

/**
 * True for a host that no other machine can reach or imitate: `localhost`, or an address of loopback in its full form.
 * Everything else may be another machine. `localhost.` and `127.1` may, because a resolver decides what they are.
 */
function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isIn(loopback, host);
}

/** True if `host` or `host:port` is on this machine. */
export function isOnThisMachine(address: string): boolean {
  return isLoopback(hostOf(address));
}

/** A check that also sees an absent setting. */
export function related(name: string, isRight: (value: unknown, config: Readonly<Record<string, unknown>>) => boolean) {
  const validate = (value: unknown, args?: { readonly object: object }): boolean =>
    isRight(value, (args?.object ?? {}) as Readonly<Record<string, unknown>>);
  return ValidateBy({ name, validator: { validate } });
}

/** A path, or absent. `Setting`'s `optional` would also skip the other checks of an absent setting. */
export function IsOptionalPath(): PropertyDecorator {
  return related('isOptionalPath', (value) => value === undefined || (typeof value === 'string' && isPath(value)));
}

/** Present exactly if the other property is. */
export function ComesWith(property: string): PropertyDecorator {
  return related('comesWith', (value, config) => (value === undefined) === (config[property] === undefined));
}

interface Needed {
  /** A property whose presence makes the setting needless. */
  readonly unless?: string;
  /** The check of those properties. What it refuses needs nothing else: the process does not start. */
  readonly form?: (host: string) => boolean;
}

/** Present if a host in one of these properties is not on this machine: traffic to and from it crosses a network. */
export function IsNeededOffLoopback(
  properties: readonly string[],
  { unless, form = isHost }: Needed = {},
): PropertyDecorator {
  return related('isNeededOffLoopback', (value, config) => {
    if (value !== undefined || (unless !== undefined && config[unless] !== undefined)) return true;
    const addresses = properties.flatMap((property) => (config[property] ?? []) as readonly string[] | string);
    return addresses.every((address) => !form(address) || isOnThisMachine(address));
  });
}

/** The host of `host` or `host:port`. */
function hostOf(address: string): string {
  return isIP(address, 6) ? address : address.replace(/:\d+$/, '').replaceAll(/^\[|\]$/g, '');
}

/** The URL of another service. It has only scheme, host, port and path, and TLS unless it is on this machine. */
export function IsServiceUrl(): PropertyDecorator {
  return checked('isServiceUrl', isServiceUrl);
}

/** @throws TypeError for no URL */
export function isServiceUrl(value: string): boolean {
  const { protocol, hostname, username, password, search, hash } = new URL(value);
  const isWeb = protocol === 'https:' || (protocol === 'http:' && isOnThisMachine(hostname));
  return isWeb && hostname !== '' && !/\s/.test(value) && `${username}${password}${search}${hash}` === '';
}

/**
 * A URL that identifies the database completely. The client would look elsewhere for a part that is left out. Off
 * loopback the server must prove its name: `sslmode=verify-full` is the only mode in which it does.
 */
export function IsDatabaseUrl(): PropertyDecorator {
  return checked('isDatabaseUrl', isDatabaseUrl);
}

/** The name of a role of PostgreSQL. */
export function IsRoleName(): PropertyDecorator {
  return checked('isRoleName', (value) => /^[a-z_][a-z0-9_-]{0,62}$/.test(value));
}

/** @throws TypeError for no URL */
function isDatabaseUrl(value: string): boolean {
  const { protocol, hostname, username, pathname, searchParams } = new URL(value);
  const isPostgres = protocol === 'postgres:' || protocol === 'postgresql:';
  if (!isPostgres || hostname === '' || username === '' || pathname.length < 2 || /\s/.test(value)) return false;
  const options = [...searchParams.keys()];
  const isKnown = options.every((option) => option === 'sslmode' || option === 'sslrootcert');
  const mode = searchParams.getAll('sslmode').join();
  return isKnown && (mode === 'verify-full' || (options.length === 0 && isOnThisMachine(hostname)));
}
