// class-transformer reads the types that the compiler emits.
import 'reflect-metadata';
import { applyDecorators } from './apply-decorators.js';
import type { ClosedList } from './closed-lists.js';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsObject, IsOptional, ValidateNested } from 'class-validator';

/**
 * The class of a field's data, so that a reader can judge a flow of data by the contract alone. `pseudonym`: a random
 * or keyed id. `sealed`: bytes for another recipient. `household-fact`: a statement of the household about itself.
 * `contact`: how to reach it. `payout`: how it is paid. `operational`: about the work, not a person.
 */
export type DataClass = 'pseudonym' | 'sealed' | 'household-fact' | 'contact' | 'payout' | 'operational' | 'key';

export interface FieldDeclaration {
  readonly data: DataClass;
  /** Why the consumer needs it, in a few words. */
  readonly purpose: string;
  /** Replaces the end date from the contract's clocks: when the consumer forgets this field. */
  readonly until?: string;
  /** The list of the city's profile that holds every allowed value. */
  readonly list?: ClosedList;
}

export interface DeclaredField extends FieldDeclaration {
  readonly name: string;
  readonly nested?: () => new () => object;
  readonly optional: boolean;
  /** Answers of staff's routes say `null` where there is nothing; a message leaves the field out. */
  readonly nullable: boolean;
}

export interface FieldOptions {
  readonly optional?: boolean;
  readonly nullable?: boolean;
}

const declared = new WeakMap<object, Map<string, DeclaredField>>();

function declare(prototype: object, field: DeclaredField): void {
  const fields = declared.get(prototype) ?? new Map<string, DeclaredField>();
  fields.set(field.name, field);
  declared.set(prototype, fields);
}

/** Declares a property of a contract class. A payload with an undeclared property is refused. */
export function Field(declaration: FieldDeclaration, options: FieldOptions = {}): PropertyDecorator {
  return applyDecorators(
    (prototype, name) => declare(prototype, { ...declaration, name: String(name), ...presenceOf(options) }),
    ...(isRequired(options) ? [] : [IsOptional()]),
  );
}

function presenceOf({ optional = false, nullable = false }: FieldOptions): { optional: boolean; nullable: boolean } {
  return { optional, nullable };
}

function isRequired({ optional = false, nullable = false }: FieldOptions): boolean {
  return !optional && !nullable;
}

/** A property that is an object of another declared class. */
export function NestedField(
  declaration: FieldDeclaration,
  of: () => new () => object,
  options: FieldOptions = {},
): PropertyDecorator {
  return applyDecorators(
    (prototype, name) => declare(prototype, { ...declaration, name: String(name), nested: of, ...presenceOf(options) }),
    ...(isRequired(options) ? [] : [IsOptional()]),
    IsObject(),
    ValidateNested(),
    Type(of),
  );
}

/** A property that is a list of at most `max` objects of another declared class. */
export function NestedListField(
  declaration: FieldDeclaration,
  of: () => new () => object,
  max: number,
): PropertyDecorator {
  return applyDecorators(
    (prototype, name) => declare(prototype, { ...declaration, name: String(name), nested: of, ...presenceOf({}) }),
    IsArray(),
    ArrayMaxSize(max),
    ValidateNested({ each: true }),
    Type(of),
  );
}

/** The declared fields of a contract class, in order of declaration, inherited ones first. */
export function fieldsOf(type: new () => object): readonly DeclaredField[] {
  const chain: DeclaredField[] = [];
  for (
    let prototype = type.prototype as object | null;
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    chain.unshift(...(declared.get(prototype)?.values() ?? []));
  }
  return chain;
}

const byName = new WeakMap<object, ReadonlyMap<string, DeclaredField>>();

/** The same fields by name; computed once per class. */
export function fieldMapOf(type: new () => object): ReadonlyMap<string, DeclaredField> {
  let map = byName.get(type);
  if (map === undefined) {
    map = new Map(fieldsOf(type).map((field) => [field.name, field]));
    byName.set(type, map);
  }
  return map;
}
