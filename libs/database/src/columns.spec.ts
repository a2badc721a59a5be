import { describe, expect, it } from '@jest/globals';

import { columns } from './columns.js';

describe('the columns of a statement', () => {
  const grants = columns({ id: 'bytea', kind: 'text', amount_cents: 'bigint' });

  it('become one parameter each, in their order', () => {
    expect(grants.sql).toBe('unnest($1::bytea[], $2::text[], $3::bigint[]) AS n(id, kind, amount_cents)');
    const id = new Uint8Array([1, 2]);
    const rows = [
      { id, kind: 'rapid', amount_cents: 5n },
      { amount_cents: undefined, kind: null, id },
    ];
    expect(grants.values(rows)).toEqual([
      [id, id],
      ['rapid', null],
      ['5', null],
    ]);
    expect(grants.values([])).toEqual([[], [], []]);
  });

  it('leave room for parameters before them, have a name, and can number the rows', () => {
    const lines = columns({ account: 'text', trace: 'jsonb' }, { from: 3, as: 'e', ordinal: 'line' });
    expect(lines.sql).toBe('unnest($3::text[], $4::jsonb[]) WITH ORDINALITY AS e(account, trace, line)');
    expect(lines.values([{ account: 'a', trace: { b: 1 } }])).toEqual([['a'], ['{"b":1}']]);
  });

  it('take no row without one of them, and none with another type', () => {
    // @ts-expect-error -- `kind` is missing
    expect(grants.values([{ id: new Uint8Array(), amount_cents: 1n }])[1]).toEqual([null]);
    // @ts-expect-error -- cents are no number
    expect(grants.values([{ id: new Uint8Array(), kind: 'rapid', amount_cents: 1 }])[2]).toEqual([1]);
  });
});
