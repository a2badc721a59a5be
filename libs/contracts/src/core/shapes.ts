import { registerDecorator, Matches, type ValidationOptions } from 'class-validator';
import { isDay } from './day.js';

/** Length of the canonical base64url text (no padding) of `bytes` bytes. */
export function base64urlLength(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

// The symbols that may end a text whose bytes do not fill whole groups. The unused bits must be zero; otherwise two
// texts would stand for one value.
const LAST_OF_ONE = 'AQgw';
const LAST_OF_TWO = 'AEIMQUYcgkosw048';

export function isBase64urlOf(value: unknown, bytes: number): boolean {
  if (typeof value !== 'string' || value.length !== base64urlLength(bytes)) return false;
  if (!/^[A-Za-z0-9_-]*$/.test(value)) return false;
  const last = value.at(-1) ?? '';
  if (bytes % 3 === 1) return LAST_OF_ONE.includes(last);
  if (bytes % 3 === 2) return LAST_OF_TWO.includes(last);
  return true;
}

const schemas = new Map<string, object>();

/** The JSON Schema of each rule of this file, by its name. */
export const shapeSchemas: ReadonlyMap<string, object> = schemas;

/**
 * A validation rule on a property. The second argument of the test is the whole object.
 *
 * @param schema the rule as JSON Schema, as far as possible; the test may be stricter, and a rule across fields has
 * none
 */
export function shape(
  name: string,
  test: (value: unknown, object: object) => boolean,
  { schema, options }: { readonly schema?: object; readonly options?: ValidationOptions | undefined } = {},
): PropertyDecorator {
  schemas.set(name, schema ?? {});
  return (target, property) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      ...(options === undefined ? {} : { options }),
      validator: { validate: (value, args) => test(value, args?.object ?? {}), defaultMessage: () => name },
    });
}

/** Exactly `bytes` bytes as canonical base64url. */
export function IsBytes(bytes: number, options?: ValidationOptions): PropertyDecorator {
  const symbols = base64urlLength(bytes);
  const schema = { type: 'string', contentEncoding: 'base64url', pattern: `^[A-Za-z0-9_-]{${symbols}}$` };
  return shape(`bytes${bytes}`, (value) => isBase64urlOf(value, bytes), { schema, options });
}

export function IsDayText(options?: ValidationOptions): PropertyDecorator {
  return shape('day', isDay, { schema: { type: 'string', format: 'date' }, options });
}

/** Integer cents in decimal, from 1 to 10,000,000 (a hundred thousand dollars): no sign, no leading zero, no point. */
export function IsCents(options?: ValidationOptions): PropertyDecorator {
  return shape(
    'cents',
    (value) => typeof value === 'string' && /^[1-9]\d{0,7}$/.test(value) && Number(value) <= 10_000_000,
    { schema: { type: 'string', pattern: '^[1-9]\\d{0,7}$' }, options },
  );
}

/** A code from a profile or a closed list: capitals, digits, hyphen. Never free text. */
export function IsCode(options?: ValidationOptions): PropertyDecorator {
  return Matches(/^[A-Z][A-Z0-9-]{0,15}$/, options);
}

/** A word from a closed list: lower case and hyphens. Never free text. */
export function IsWord(options?: ValidationOptions): PropertyDecorator {
  return Matches(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, options);
}

/** The version of a fact: milliseconds of the producer's clock, raised if necessary so that each version is higher. */
export function IsVersion(options?: ValidationOptions): PropertyDecorator {
  const schema = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
  return shape('version', (value) => Number.isSafeInteger(value) && (value as number) >= 1, { schema, options });
}
