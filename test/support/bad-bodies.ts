import { expect } from '@jest/globals';
import fc from 'fast-check';

import type { Type } from '@nestjs/common';

import { ContractError, parseJson, validate } from '#libs/contracts';
import { bodyOf, controllerRoutes, controllersOf } from '#libs/service/testing';

/** A class that checks what arrives, and a valid value of it. */
export interface Accepted {
  readonly type: new () => object;
  readonly example: object;
}

/** What one case does to the JSON of a valid value, and the code with which it must be refused. */
interface Spoiling {
  readonly code: string;
  /** A member, as JSON text, that is written first into one object. */
  readonly member?: (key: string) => string;
  /** A value, as JSON text, that replaces one value of that object. */
  readonly value?: string;
}

export const canary = 'canary-7f3a91';

const member = (code: string, name: string, value = `"${canary}"`): Spoiling => ({
  code,
  member: () => `${name}:${value}`,
});
const value = (code: string, text: string): Spoiling => ({ code, value: text });
const escaped = (key: string): string =>
  [...key].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const numbers = ['1e400', '-1e400', '-0', '0.0', '1.0', '1e2', '0.1', '9007199254740993', '1'.repeat(300), '1e-999'];
const spoilings: readonly Spoiling[] = [
  ...['toString', 'hasOwnProperty', '', ' ', '0', 'length', 'then', 'toJSON', 'xyz', canary].map((name) =>
    member('unknown-field', JSON.stringify(name)),
  ),
  ...['"__proto__"', '"constructor"', '"prototype"', '"\\u005f_proto__"'].map((name) =>
    member('unknown-field', name, `{"${canary}":1}`),
  ),
  { code: 'duplicate-key', member: (key) => `${JSON.stringify(key)}:"${canary}"` },
  { code: 'duplicate-key', member: (key) => `"${escaped(key)}":null` },
  member('duplicate-key', `"${canary}":1,"${canary}"`),
  ...numbers.map((number) => value('invalid-number', number)),
  ...['"\\ud800"', '"a\\udc00b"', '"\\udc00\\ud800"', '"\\u0000"', '["\\udbff"]', '{"\\ud83d":1}'].map((text) =>
    value('invalid-text', text),
  ),
  ...['[]', '{}'].map((pair) => {
    const [open = '', close = ''] = pair;
    return value('too-deep', `${`${open}${open === '{' ? '"a":' : ''}`.repeat(40)}1${close.repeat(40)}`);
  }),
];

/** Every object inside a value, including those in lists. */
export function objectsIn(inside: unknown): object[] {
  if (Array.isArray(inside)) return inside.flatMap(objectsIn);
  if (typeof inside !== 'object' || inside === null) return [];
  return [inside, ...Object.values(inside).flatMap(objectsIn)];
}

/** JSON text of a value in which one object is spoiled at one of its keys. */
function written(
  inside: unknown,
  at: { readonly target: object; readonly key: string; readonly how: Spoiling },
): string {
  if (Array.isArray(inside)) return `[${inside.map((item) => written(item, at)).join(',')}]`;
  if (typeof inside !== 'object' || inside === null) return JSON.stringify(inside);
  const isTarget = inside === at.target;
  const members = Object.entries(inside).map(([key, item]) => {
    const isSpoiled = isTarget && key === at.key && at.how.value !== undefined;
    return `${JSON.stringify(key)}:${isSpoiled ? at.how.value : written(item, at)}`;
  });
  return `{${[...(isTarget ? [at.how.member?.(at.key) ?? []].flat() : []), ...members].join(',')}}`;
}

/** Tries 10,000 bodies, each with one fault at some depth. Each is refused, and the error echoes nothing of it. */
export function expectSpoiledBodiesRefused(accepted: readonly Accepted[]): void {
  for (const { type, example } of accepted) validate(type, parseJson(Buffer.from(JSON.stringify(example))));
  fc.assert(
    fc.property(
      fc.constantFrom(...accepted),
      fc.constantFrom(...spoilings),
      fc.nat(),
      fc.nat(),
      ({ type, example }, how, where, which) => {
        const targets = objectsIn(example).filter((object) => Object.keys(object).length > 0);
        const target = targets[where % targets.length]!;
        const keys = Object.keys(target);
        const text = written(example, { target, key: keys[which % keys.length]!, how });
        const error = refusalOf(type, text);
        expect([error.code, text]).toEqual([how.code, text]);
        expect(`${error.message} ${error.field} ${error.stack}`).not.toContain(canary);
      },
    ),
    { numRuns: 10_000 },
  );
}

/** Each field of each object with a value of another type, with null, or without a value is refused. */
export function expectWrongValuesRefused(accepted: readonly Accepted[]): void {
  for (const { type, example } of accepted) {
    for (const target of objectsIn(example)) {
      for (const key of Object.keys(target)) {
        for (const wrong of ['null', '{}', '[]', '-1', '""', '"X y"', `["${canary}"]`, '[null]']) {
          const text = written(example, { target, key, how: { code: '', value: wrong } });
          expect([refusalOf(type, text).code, text]).not.toEqual(['accepted', text]);
        }
      }
    }
  }
}

function refusalOf(type: new () => object, text: string): Pick<ContractError, 'code' | 'message' | 'field' | 'stack'> {
  try {
    validate(type, parseJson(Buffer.from(text)));
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
  return { code: 'accepted' as never, message: '', field: '', stack: '' };
}

const key = 'A'.repeat(43);

/** A valid body of each route that every service has, by the name of its class. */
const bodiesOfEach: Readonly<Record<string, object>> = {
  AcceptClock: { day: '2026-11-18' },
  PlaceHold: { kind: 'case', values: [key, key] },
  NamedHold: { hold: `hold-${'0'.repeat(18)}` },
  ReadAudit: { after: 7 },
  DismissParked: { code: 'malformed', reason: 'garbage' },
  RevokeKey: { list: 'staff', name: 'clerk-one' },
};

/** Finds every class that checks a body at a service. A class without an example fails the test. */
export function bodiesOf(module: Type, examples: Readonly<Record<string, object>>): readonly Accepted[] {
  const routes = controllerRoutes(controllersOf(module));
  const types = new Set(routes.flatMap(({ handler }) => bodyOf(handler) ?? []));
  const known: Readonly<Record<string, object>> = { ...bodiesOfEach, ...examples };
  expect([...types].map(({ name }) => name).toSorted()).toEqual(Object.keys(known).toSorted());
  return [...types].map((type) => ({ type, example: known[type.name]! }));
}
