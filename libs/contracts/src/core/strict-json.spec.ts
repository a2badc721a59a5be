import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { expectSpoiledBodiesRefused } from '../../../../test/support/bad-bodies.js';
import { examples } from '../../test/examples.js';
import { catalogue, ContractError, parseJson, sealedCatalogue, type PayloadType } from '../index.js';

const contracts = [...catalogue, ...sealedCatalogue] as readonly { name: string; payload: PayloadType<object> }[];

function parse(text: string): unknown {
  try {
    return parseJson(Buffer.from(text));
  } catch (error) {
    return error instanceof ContractError ? error.code : error;
  }
}

describe('JSON from outside', () => {
  it.each([
    ['a key twice', '{"a":1,"a":1}', 'duplicate-key'],
    ['a key twice, spelled in two ways', '{"a":1,"\\u0061":1}', 'duplicate-key'],
    ['a key twice, deep inside', '{"a":[{"b":{"c":1,"d":[],"c":2}}]}', 'duplicate-key'],
    ['a key twice, after an object', '{"a":{},"b":[{}],"a":1}', 'duplicate-key'],
    ['an infinite number', '{"a":1e400}', 'invalid-number'],
    ['a negative zero', '[-0]', 'invalid-number'],
    ['a fraction', '[1.0]', 'invalid-number'],
    ['an exponent', '[1e3]', 'invalid-number'],
    ['a number that no double holds', '[9007199254740993]', 'invalid-number'],
    ['half a surrogate pair', '["\\ud83d"]', 'invalid-text'],
    ['half a surrogate pair in a key', '{"\\ud83d":1}', 'invalid-text'],
    ['a zero character', '["a\\u0000"]', 'invalid-text'],
    ['a key of every object', '{"a":{"__proto__":1}}', 'unknown-field'],
    ['a key of every object, escaped', '{"\\u0063onstructor":1}', 'unknown-field'],
    ['too many lists', '['.repeat(17) + ']'.repeat(17), 'too-deep'],
    ['a great many lists', '['.repeat(8000) + ']'.repeat(8000), 'too-deep'],
    ['a byte order mark', '\ufeff{}', 'not-json'],
    ['two values', '{}{}', 'not-json'],
    ['a comment', '{}//', 'not-json'],
  ])('is refused: %s', (_name, text, code) => expect(parse(text)).toBe(code));

  it.each([
    ['equal keys in different objects', '{"a":{"a":1},"b":[{"a":1},{"a":2}]}'],
    ['a text that looks like keys', '{"a":"{\\"b\\":1,\\"b\\":2}"}'],
    ['a text that ends in a backslash', '{"a":"\\\\","b":"\\\\"}'],
    ['texts in a list that are equal', '["a","a",{"a":"a"}]'],
    ['a whole pair', '["\\ud83d\\ude00"]'],
    ['the largest integers', '[9007199254740991,-9007199254740991,0]'],
    ['spaces', ' { "a" : [ 1 , true , null ] } \n'],
  ])('is read: %s', (_name, text) => expect(parse(text)).toEqual(JSON.parse(text)));

  it('has the value that every other parser finds, if it is made of plain integers', () => {
    const plain = fc.anything({
      key: fc.string().filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key)),
      values: [fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)],
      maxDepth: 6,
    });
    const texts = plain.map((value) => JSON.stringify(value) ?? 'null');
    fc.assert(
      fc.property(texts, (text) => expect(parse(text)).toEqual(JSON.parse(text))),
      { numRuns: 5_000 },
    );
  });

  it('is refused in 10,000 spoiled payloads of every contract, sealed or not', () => {
    expectSpoiledBodiesRefused(contracts.map(({ name, payload }) => ({ type: payload, example: examples[name]! })));
  });
});
