import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { addDays, type Day } from '../../days.js';
import * as states from './keyring-state.js';

const FIRST = '2026-11-25';
const LIFE = { days: 8, aheadDays: 7, recordAheadDays: 2 };

/** What a keyring must hold after each change, told without its code. */
interface Model {
  days: Set<Day>;
  deadThrough: Day;
  nights: Set<number>;
  nightsDeadThrough: number;
  secrets: Set<string>;
}

type Act =
  | { readonly do: 'make days' | 'destroy days'; readonly day: number }
  | { readonly do: 'make a night' | 'destroy a night'; readonly night: number }
  | { readonly do: 'make a secret' | 'destroy a secret'; readonly name: string };

/** Leaps of the clock, back and ahead, and every order of acts. */
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    do: fc.constantFrom('make days' as const, 'destroy days' as const),
    day: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constantFrom(-400, -9, 61, 400)),
  }),
  fc.record({
    do: fc.constantFrom('make a night' as const, 'destroy a night' as const),
    night: fc.integer({ min: 0, max: 6 }),
  }),
  fc.record({
    do: fc.constantFrom('make a secret' as const, 'destroy a secret' as const),
    name: fc.constantFrom('cycle/1', 'cycle/2', 'a'),
  }),
);

let drawn = 0;
const newKey = (): Uint8Array => Buffer.from(`key ${(drawn += 1)}`.padEnd(32));
const daysFrom = (day: Day): Day[] => Array.from({ length: LIFE.aheadDays + 1 }, (_, n) => addDays(day, n));

function changeOf(state: states.KeyringState, act: Act): states.StateChange | undefined {
  switch (act.do) {
    case 'make days':
      return states.addDayKeys(state, addDays(FIRST, act.day), LIFE, newKey);
    case 'destroy days':
      return states.removeDayKeys(state, addDays(FIRST, act.day), LIFE);
    case 'make a night':
      return act.night <= state.nightsDeadThrough && state.rowKeys[act.night] === undefined
        ? undefined
        : states.addNight(state, act.night, newKey);
    case 'destroy a night':
      return states.removeNight(state, act.night);
    case 'make a secret':
      return Object.hasOwn(state.secrets, act.name) ? undefined : states.addSecret(state, act.name, newKey);
    case 'destroy a secret':
      return states.removeSecret(state, act.name);
  }
}

function follow(model: Model, act: Act): void {
  switch (act.do) {
    case 'make days': {
      const day = addDays(FIRST, act.day);
      for (const each of daysFrom(day)) model.days.add(each);
      if (model.deadThrough === '0000-00-00' || model.deadThrough >= day) model.deadThrough = addDays(day, -LIFE.days);
      return;
    }
    case 'destroy days': {
      const end = addDays(FIRST, act.day - LIFE.days);
      for (const day of model.days) if (day <= end) model.days.delete(day);
      if (end > model.deadThrough) model.deadThrough = end;
      return;
    }
    case 'make a night':
      if (act.night > model.nightsDeadThrough) model.nights.add(act.night);
      return;
    case 'destroy a night':
      model.nights.delete(act.night);
      model.nightsDeadThrough = Math.max(model.nightsDeadThrough, act.night);
      return;
    case 'make a secret':
      model.secrets.add(act.name);
      return;
    case 'destroy a secret':
      model.secrets.delete(act.name);
  }
}

/** Every private byte of a state. */
function keysIn({ identities, dayKeys, rowKeys, secrets }: states.KeyringState): string[] {
  const nights = Object.values(rowKeys).flatMap(({ seal, lookup }) => [seal, lookup]);
  return [...identities.map(({ seed }) => seed), ...Object.values(dayKeys), ...nights, ...Object.values(secrets)];
}

describe('the content of a keyring', () => {
  it('is after any acts exactly what was made and not destroyed, under a new master if a key has gone', () => {
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 30 }), (acts) => {
        let state = states.newState(newKey());
        const model: Model = {
          days: new Set(),
          deadThrough: '0000-00-00',
          nights: new Set(),
          nightsDeadThrough: -1,
          secrets: new Set(),
        };
        for (const act of acts) {
          const before = keysIn(state);
          const change = changeOf(state, act);
          follow(model, act);
          const next = change?.next ?? state;
          const after = new Set(keysIn(next));
          expect(change?.destroys ?? false).toBe(before.some((key) => !after.has(key)));
          state = next;
          expect(Object.keys(state).sort()).toEqual(FIELDS);
          expect({
            days: Object.keys(state.dayKeys).sort(),
            deadThrough: state.deadThrough,
            nights: Object.keys(state.rowKeys).sort(),
            nightsDeadThrough: state.nightsDeadThrough,
            secrets: Object.keys(state.secrets).sort(),
          }).toEqual({
            days: [...model.days].sort(),
            deadThrough: model.deadThrough,
            nights: [...model.nights].map(String).sort(),
            nightsDeadThrough: model.nightsDeadThrough,
            secrets: [...model.secrets].sort(),
          });
        }
        expect(states.decodeState(states.encodeState(state))).toEqual(state);
        expect(new Set(keysIn(state)).size).toBe(keysIn(state).length);
      }),
      { numRuns: 300 },
    );
  });

  const FIELDS = [
    'dayKeys',
    'deadThrough',
    'format',
    'identities',
    'nightsDeadThrough',
    'rowKeys',
    'secrets',
    'struck',
    'version',
  ];
});
