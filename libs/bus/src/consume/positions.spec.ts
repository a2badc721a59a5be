import { describe, expect, it } from '@jest/globals';

import { lagOf, startAt } from './positions.js';

const log = { low: 10n, high: 100n };

describe('where a consumer starts', () => {
  it.each([
    ['nothing known: at the beginning, by itself', undefined, undefined, {}],
    ['equal: where the group stands', 50n, 50n, {}],
    ['died between database and broker: where the group stands', 50n, 60n, {}],
    ['database restored to an older state: back to what it has applied', 50n, 30n, { seek: 30n }],
    ['database restored to an empty one: back to the beginning', 50n, undefined, { seek: 10n }],
    ['group forgotten by the broker: at the beginning, by itself', undefined, 50n, {}],
    ['log cut beyond both: told', 5n, 5n, { alarm: 'log-gap' }],
    ['log cut beyond what is applied: told, from the beginning', 50n, 5n, { alarm: 'log-gap', seek: 10n }],
    ['log shorter than the group says: told, from the beginning', 101n, 50n, { alarm: 'log-reset', seek: 10n }],
    ['log shorter than the database says: told, from the beginning', 50n, 101n, { alarm: 'log-reset', seek: 10n }],
  ] as const)('%s', (_, committed, applied, start) => {
    expect(startAt({ committed, applied, log })).toEqual(start);
  });
});

describe('lag', () => {
  it('is what lies in the log behind the committed offsets, and what a restored database has to be told again', () => {
    const all = new Map([
      ['a 0', { committed: 40n, applied: 40n, log }],
      ['a 1', { committed: undefined, applied: undefined, log }],
      ['a 2', { committed: 100n, applied: 100n, log }],
      ['a 3', { committed: 5n, applied: 5n, log }],
      ['a 4', { committed: 100n, applied: 70n, log }],
      ['a 5', { committed: 100n, applied: undefined, log }],
    ]);
    expect(lagOf(all)).toBe(60 + 90 + 0 + 90 + 30 + 90);
  });
});
