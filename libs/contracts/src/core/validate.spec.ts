import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { catalogue, ContractError, sealedCatalogue, validate, type PayloadType } from '../index.js';
import { examples } from '../../test/examples.js';

const contracts = [...catalogue, ...sealedCatalogue] as readonly { name: string; payload: PayloadType<object> }[];

/** Every object inside a value, including those in lists. */
function objectsIn(value: unknown): object[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

describe('a payload with something undeclared', () => {
  it('is refused at every depth, whatever the key is called, and the error names neither key nor value', () => {
    const secret = 'canary-7f3a91';
    const keys = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', '', ' ', '0', 'length'),
      fc.string({ minLength: 1, maxLength: 12 }).map((text) => `x${text}`),
    );
    fc.assert(
      fc.property(fc.constantFrom(...contracts), fc.nat(), keys, (contract, where, key) => {
        const payload = structuredClone(examples[contract.name]!);
        const targets = objectsIn(payload);
        const target = targets[where % targets.length]!;
        Object.defineProperty(target, key, { value: secret, enumerable: true, configurable: true, writable: true });
        // Passes through JSON as an arriving message does: JSON.parse makes `__proto__` an own key.
        const arrived: unknown = JSON.parse(JSON.stringify(payload));
        const error = errorOf(() => validate(contract.payload, arrived));
        expect(error.code).toBe('unknown-field');
        expect(`${error.message} ${error.field} ${error.stack}`).not.toContain(secret);
      }),
      { numRuns: 10_000 },
    );
  });

  it('a missing, null or wrongly typed field is refused in every place', () => {
    for (const contract of contracts) {
      const count = objectsIn(examples[contract.name]).length;
      for (let at = 0; at < count; at += 1) {
        for (const key of Object.keys(objectsIn(examples[contract.name])[at]!)) {
          for (const wrong of [null, {}, [], Symbol.iterator.toString(), 1e21, -1, Number.NaN]) {
            const payload = structuredClone(examples[contract.name]!);
            (objectsIn(payload)[at] as Record<string, unknown>)[key] = wrong;
            if (JSON.stringify(payload) === JSON.stringify(examples[contract.name])) continue;
            if (typeof wrong === 'object' && mayBeEmpty.has(key) && JSON.stringify(wrong) === emptyOf(key)) continue;
            const seen = [contract.name, key, String(wrong)];
            expect([...seen, errorOf(() => validate(contract.payload, payload)).name]).toContain('ContractError');
          }
        }
      }
    }
  });

  it('a contact that holds what its channel does not use is refused', () => {
    const slice = examples['household.contact-slice'] as { contact: object };
    const contract = contracts.find(({ name }) => name === 'household.contact-slice')!;
    const withContact = (contact: object): unknown => ({
      ...slice,
      contact: { leaveMessage: false, language: 'es', ...contact },
    });
    for (const contact of [
      { channel: 'none', phone: '+10000000000' },
      { channel: 'text' },
      { channel: 'text', phone: '+10000000000', email: 'e@example.org' },
      { channel: 'email', email: 'not mail' },
      { channel: 'call', phone: '0000' },
    ]) {
      expect(errorOf(() => validate(contract.payload, withContact(contact))).code).toBe('invalid-field');
    }
    validate(contract.payload, withContact({ channel: 'none' }));
    validate(contract.payload, withContact({ channel: 'text', phone: '+10000000000' }));
  });
});

const mayBeEmpty = new Set(['reasons', 'ready', 'urgent', 'tokens', 'previousTokens']);
const emptyOf = (key: string): string => (key.endsWith('okens') ? '{}' : '[]');

function errorOf(act: () => unknown): ContractError {
  try {
    act();
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
  return { name: 'accepted', code: 'accepted' } as unknown as ContractError;
}
