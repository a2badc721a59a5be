import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isIP, ValidateBy } from 'class-validator';

type Other = Readonly<Record<string, unknown>> | undefined;

/** A check of one setting, which may read other settings of its class. If the check throws, the setting is wrong. */
function checked(name: string, isRight: (value: string, config: Other) => boolean): PropertyDecorator {
  const validate = (value: unknown, args?: { readonly object: object }): boolean => {
    try {
      const isSingle = typeof value === 'string' || typeof value === 'number';
      return isSingle && isRight(String(value), args?.object as Other);
    } catch {
      return false;
    }
  };
  return ValidateBy({ name, validator: { validate } });
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
  // A host name does not end in digits alone: that would be an address, and an invalid one.
  return checked('isHost', (value) => isIP(value) || (LABELS.test(value) && !/(^|\.)\d+$/.test(value)));
}

/** The URL of another service. It has only scheme, host, port and path. */
export function IsServiceUrl(): PropertyDecorator {
  return checked('isServiceUrl', (value) => {
    const { protocol, hostname, username, password, search, hash } = new URL(value);
    const isWeb = protocol === 'http:' || protocol === 'https:';
    return isWeb && hostname !== '' && !/\s/.test(value) && `${username}${password}${search}${hash}` === '';
  });
}

/** A URL that identifies the database completely. The client would look elsewhere for a part that is left out. */
export function IsDatabaseUrl(): PropertyDecorator {
  return checked('isDatabaseUrl', (value) => {
    const { protocol, hostname, username, pathname } = new URL(value);
    const isPostgres = protocol === 'postgres:' || protocol === 'postgresql:';
    return isPostgres && hostname !== '' && username !== '' && pathname.length > 1 && !/\s/.test(value);
  });
}
