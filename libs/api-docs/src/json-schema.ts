import { fieldsOf, shapeSchemas, type DeclaredField } from '#libs/contracts';
import { targetConstructorToSchema } from 'class-validator-jsonschema';

export type JsonSchema = Readonly<Record<string, unknown>>;
type ContractClass = new () => object;

/** Where AsyncAPI and OpenAPI keep schemas that other schemas refer to. */
export const SCHEMAS = '#/components/schemas/';

/**
 * The JSON Schema of contract classes and of every class that is nested in them, by class name. A property also has its
 * class of data, its purpose, and, if it ends before its message, until when it is kept.
 */
export function schemasOf(types: readonly ContractClass[]): Readonly<Record<string, JsonSchema>> {
  const schemas: Record<string, JsonSchema> = {};
  const pending = [...types];
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (schemas[type.name] !== undefined) continue;
    const fields = fieldsOf(type);
    schemas[type.name] = schemaOf(type, fields);
    pending.push(...fields.flatMap(({ nested }) => (nested === undefined ? [] : [nested()])));
  }
  return Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The rule of each field alone, by its name, without its purpose and its class of data. */
export function rulesOf(type: ContractClass): Readonly<Record<string, JsonSchema>> {
  const properties = schemaOf(type, fieldsOf(type))['properties'] as Readonly<Record<string, JsonSchema>>;
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const { description: _, 'x-data-class': _data, 'x-until': _until, ...rule } = property;
      return [name, rule];
    }),
  );
}

export function referenceTo(type: ContractClass): JsonSchema {
  return { $ref: `${SCHEMAS}${type.name}` };
}

function schemaOf(type: ContractClass, fields: readonly DeclaredField[]): JsonSchema {
  const checked = targetConstructorToSchema(type, {
    refPointerPrefix: SCHEMAS,
    additionalConverters: Object.fromEntries([...shapeSchemas].map(([name, schema]) => [name, () => ({ ...schema })])),
  });
  const properties = (checked.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  return {
    type: 'object',
    additionalProperties: false,
    required: fields.filter(({ optional }) => !optional).map(({ name }) => name),
    properties: Object.fromEntries(fields.map((field) => [field.name, propertyOf(field, properties[field.name])])),
  };
}

function propertyOf(field: DeclaredField, checked: JsonSchema | undefined): JsonSchema {
  const { data, purpose, until, nested, nullable } = field;
  const own = { description: purpose, 'x-data-class': data, ...(until === undefined ? {} : { 'x-until': until }) };
  const isObject = nested !== undefined && checked?.['type'] !== 'array';
  const value = isObject ? referenceTo(nested()) : { ...checked };
  // The compiler writes down `Object` for a list that is `readonly`, so the class of its items is named here.
  if (nested !== undefined && !isObject) Object.assign(value, { items: referenceTo(nested()) });
  if (nullable) return { ...own, anyOf: [value, { type: 'null' }] };
  // JSON Schema before 2019 ignores everything beside a reference, so the property's own text stands around it.
  return isObject ? { ...own, allOf: [value] } : { ...value, ...own };
}
