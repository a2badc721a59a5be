import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { ContractError } from './errors.js';
import { fieldMapOf } from './field.js';

/**
 * Turns a plain value into an instance of a contract class. Refuses unknown fields at every depth, own `__proto__` and
 * `constructor` keys included, before anything is copied: class-transformer drops some of them silently.
 *
 * @throws ContractError
 */
export function validate<P extends object>(type: new () => P, value: unknown): P {
  assertDeclared(type, value);
  const instance = plainToInstance(type, value);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
  });
  const first = errors[0];
  if (first !== undefined) throw new ContractError('invalid-field', pathOf(first));
  return instance;
}

/**
 * Compares names alone: an undeclared field at any depth is refused, and so is a declared one that is missing.
 *
 * @throws ContractError
 */
export function assertDeclared(type: new () => object, value: unknown): void {
  assertOnlyDeclared(type, value, '');
}

function assertOnlyDeclared(type: new () => object, value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ContractError(path === '' ? 'not-an-object' : 'invalid-field', path);
  }
  const fields = fieldMapOf(type);
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key !== 'string' || !fields.has(key)) throw new ContractError('unknown-field', path);
  }
  for (const field of fields.values()) {
    const at = path === '' ? field.name : `${path}.${field.name}`;
    const inner = Object.hasOwn(value, field.name) ? (value as Record<string, unknown>)[field.name] : undefined;
    if (inner === undefined) {
      if (field.optional) continue;
      throw new ContractError('missing-field', at);
    }
    // `null` would pass @IsOptional unseen. In a message an absent fact is an absent field.
    if (inner === null && field.nullable) continue;
    if (inner === null) throw new ContractError('invalid-field', at);
    if (field.nested === undefined) continue;
    const nested = field.nested();
    for (const item of Array.isArray(inner) ? inner : [inner]) assertOnlyDeclared(nested, item, at);
  }
}

function pathOf(error: ValidationError): string {
  const child = error.children?.[0];
  // Array positions come from the sender, so they are left out; declared names are ours.
  const own = /^\d+$/.test(error.property) ? '' : error.property;
  if (child === undefined) return own;
  const rest = pathOf(child);
  return [own, rest].filter((part) => part !== '').join('.');
}
