import { describe, expect, it } from '@jest/globals';
import { describeContracts, forbiddenIn, type FieldDescription } from '../index.js';
import { forbiddenNames } from './forbidden.js';

function namesOf(fields: readonly FieldDescription[]): string[] {
  return fields.flatMap((field) => [field.name, ...namesOf(field.fields ?? [])]);
}

describe('names that may not exist', () => {
  it.each(['ssn', 'homeStreet', 'birth_date', 'dateOfBirth_place_of_birth', 'userAgent', 'ANumber', 'zipCode', 'scan'])(
    'finds %s',
    (name) => expect(forbiddenIn(name)).toBeDefined(),
  );

  it.each(['trace', 'machine', 'geography', 'scanner', 'template', 'visaged', 'racer', 'engine'])(
    'lets %s pass',
    (name) => expect(forbiddenIn(name)).toBeUndefined(),
  );

  it('finds every entry of its own list in a camelCase and in a snake_case name', () => {
    for (const entry of forbiddenNames) {
      const words = entry.replaceAll('*', '').split(' ');
      const camel = ['the', ...words]
        .map((word, at) => (at === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
        .join('');
      expect([entry, forbiddenIn(camel) ?? 'passed', forbiddenIn(`x_${words.join('_')}`) ?? 'passed']).not.toContain(
        'passed',
      );
    }
  });

  it('no field of any contract has one', () => {
    const names = describeContracts().flatMap((contract) => namesOf(contract.fields));
    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name) => forbiddenIn(name) !== undefined)).toEqual([]);
  });

  it('every field says what it is, why, and until when', () => {
    const check = (fields: readonly FieldDescription[]): void => {
      for (const field of fields) {
        expect([field.data, field.purpose, field.until].every((text) => text.length > 2)).toBe(true);
        check(field.fields ?? []);
      }
    };
    for (const contract of describeContracts()) check(contract.fields);
  });
});
