import { describe, expect, it } from '@jest/globals';

import { declaredRights, grantStatements, type RightsDeclaration } from './rights.js';
import { differences } from './schema-check.js';

const declaration: RightsDeclaration = {
  tables: {
    entry: {
      meaning: 'Entries.',
      kept: 'for ever',
      ends: { never: 'one-each' },
      columns: { seq: 'Number.', cents: 'Amount.' },
      rights: { insert: true },
    },
    queue: {
      meaning: 'Work.',
      kept: 'until it is done',
      ends: { by: 'nobody.ts' },
      columns: { id: 'Id.', due: 'When.' },
      rights: { insert: ['id'], update: ['due'], delete: true },
    },
  },
  functions: ['drop_day(date)'],
};

describe('the rights of a role', () => {
  it('are taken away from everybody first, and given as declared', () => {
    expect(grantStatements(declaration, { role: 'a"b', database: 'city' })).toEqual([
      'REVOKE ALL ON DATABASE "city" FROM PUBLIC, "a""b"',
      'REVOKE ALL ON SCHEMA public FROM PUBLIC, "a""b"',
      'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, "a""b"',
      'REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, "a""b"',
      'REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM PUBLIC, "a""b"',
      'GRANT CONNECT ON DATABASE "city" TO "a""b"',
      'GRANT USAGE ON SCHEMA public TO "a""b"',
      'GRANT SELECT ON migration TO "a""b"',
      'GRANT SELECT, INSERT ON entry TO "a""b"',
      'GRANT SELECT, INSERT (id), UPDATE (due), DELETE ON queue TO "a""b"',
      'GRANT EXECUTE ON FUNCTION drop_day(date) TO "a""b"',
    ]);
  });

  it('are one line for each table, column and operation', () => {
    expect(declaredRights(declaration).filter((line) => !/database|schema|migration/.test(line))).toEqual([
      'right on entry.seq: SELECT',
      'right on entry.cents: SELECT',
      'right on entry.seq: INSERT',
      'right on entry.cents: INSERT',
      'right on queue.id: SELECT',
      'right on queue.due: SELECT',
      'right on queue.id: INSERT',
      'right on queue.due: UPDATE',
      'right on queue: DELETE',
      'right on drop_day(date): EXECUTE',
    ]);
  });
});

describe('what differs', () => {
  it('is named without its definition', () => {
    const declared = ['column a.b: text', 'trigger a.t: x O', 'right on a.b: SELECT', 'right on a.b: INSERT'];
    const live = ["column a.b: text default 'secret'", 'table z: r p', 'right on a.b: SELECT', 'right on a.b: UPDATE'];
    expect(differences(live, declared)).toEqual([
      { what: 'column a.b', how: 'different' },
      { what: 'right on a.b, INSERT', how: 'missing' },
      { what: 'right on a.b, UPDATE', how: 'undeclared' },
      { what: 'table z', how: 'undeclared' },
      { what: 'trigger a.t', how: 'missing' },
    ]);
    expect(differences(declared, declared)).toEqual([]);
  });
});
