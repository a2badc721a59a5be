import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { ContractError } from './errors.js';
import { fieldMapOf } from './field.js';

/**
 * A plain value as an instance of a contract class, or a {@link ContractError}.
 * Unknown fields are refused at every depth, own `__proto__` and `constructor` keys included, before anything is
 * copied: class-transformer drops some of those silently, and what was dropped was said by somebody.
 */
export function validate<P extends object>(type: new () => P, value: unknown): P {
  assertOnlyDeclared(type, value, '');
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
    // `null` would pass @IsOptional unseen; an absent fact is an absent field.
    if (inner === null) throw new ContractError('invalid-field', at);
    if (field.nested === undefined) continue;
    const nested = field.nested();
    for (const item of Array.isArray(inner) ? inner : [inner]) assertOnlyDeclared(nested, item, at);
  }
}

function pathOf(error: ValidationError): string {
  const child = error.children?.[0];
  // Array positions are counted by the sender, so they are left out; declared names are ours.
  const own = /^\d+$/.test(error.property) ? '' : error.property;
  if (child === undefined) return own;
  const rest = pathOf(child);
  return [own, rest].filter((part) => part !== '').join('.');
}
