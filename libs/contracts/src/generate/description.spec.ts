import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { catalogue, sealedCatalogue } from '../catalogue.js';
import type { Contract, SealedContract } from '../core/contract.js';
import { CONTRACTS_VERSION } from '../door/application.v1.js';
import { fieldsOf } from '../core/field.js';
import { contractsText, describeContracts, type FieldDescription } from './description.js';

describe('the text of the contracts', () => {
  it('is this one: a changed field, reader, purpose, end or size is a decision of two people', () => {
    expect([CONTRACTS_VERSION, createHash('sha256').update(contractsText()).digest('base64url')]).toEqual([
      1,
      'SvtFcoC47_Woc2UHm6wFrc4yKp9PxpoDNSSMdc-3Z1c',
    ]);
  });

  it('names every contract and every field of it, at every depth, and nothing else', () => {
    const all: readonly (Contract | SealedContract)[] = [...catalogue, ...sealedCatalogue];
    expect(
      describeContracts().map(({ name, version, producer, consumer }) => [name, version, producer, consumer]),
    ).toEqual(all.map(({ name, version, producer, consumer }) => [name, version, producer, consumer]));
    const namesIn = (type: new () => object): readonly unknown[] =>
      fieldsOf(type).map(({ name, nested }) => (nested === undefined ? name : [name, namesIn(nested())]));
    const namesOf = (fields: readonly FieldDescription[]): readonly unknown[] =>
      fields.map(({ name, fields: own }) => (own === undefined ? name : [name, namesOf(own)]));
    expect(describeContracts().map(({ fields }) => namesOf(fields))).toEqual(
      all.map(({ payload }) => namesIn(payload)),
    );
    expect(JSON.parse(contractsText())).toEqual(JSON.parse(JSON.stringify(describeContracts())));
  });
});
