import { catalogue, sealedCatalogue } from '../catalogue.js';
import type { Contract, SealedContract } from '../core/contract.js';
import { fieldsOf } from '../core/field.js';

export interface FieldDescription {
  readonly name: string;
  readonly data: string;
  readonly purpose: string;
  readonly until: string;
  readonly optional: boolean;
  readonly list?: string;
  readonly fields?: readonly FieldDescription[];
}

export interface ContractDescription {
  readonly name: string;
  readonly version: number;
  readonly producer: string;
  readonly consumer: string;
  readonly purpose: string;
  readonly sizeBytes: number;
  readonly fields: readonly FieldDescription[];
}

/** The fields of one class. `until`: the end of a field that declares none. */
export function describeFields(type: new () => object, until: string): readonly FieldDescription[] {
  return fieldsOf(type).map((field) => ({
    name: field.name,
    data: field.data,
    purpose: field.purpose,
    until: field.until ?? until,
    optional: field.optional,
    ...(field.list === undefined ? {} : { list: field.list }),
    ...(field.nested === undefined ? {} : { fields: describeFields(field.nested(), field.until ?? until) }),
  }));
}

function describe(contract: Contract | SealedContract, until: string): ContractDescription {
  const { name, version, producer, consumer, purpose, sizeBytes } = contract;
  return { name, version, producer, consumer, purpose, sizeBytes, fields: describeFields(contract.payload, until) };
}

/** Every flow of data as plain values, for documents, reviews and the hash that devices check. */
export function describeContracts(): readonly ContractDescription[] {
  return [
    ...catalogue.map((contract: Contract) =>
      describe(contract, `unreadable ${contract.clocks.outboxDays} days after its day`),
    ),
    ...sealedCatalogue.map((contract: SealedContract) => describe(contract, contract.retention)),
  ];
}

/** The text whose hash identifies this set of contracts. */
export function contractsText(): string {
  return JSON.stringify(describeContracts());
}
