import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

const files = [
  'libs/service/src/definition/service-schema.ts',
  ...globSync('apps/*/src/migrations/0001-schema.ts', { cwd: repositoryRoot }),
];
const linesOf = (file: string): readonly string[] => {
  const text = readFileSync(join(repositoryRoot, file), 'utf8').replaceAll(/['"] \+\n\s*['"]/g, '');
  return [...text.matchAll(/^ {2}(['"])(.*)\1,$/gm)].map(([, , line]) => line ?? '');
};
const lines = files.flatMap(linesOf);
const columns = lines.filter((line) => line.startsWith('column '));

describe('the columns of all databases', () => {
  it('have statistics of nothing that is sealed, looked up or forgotten, and no such setting elsewhere', () => {
    expect(files).toHaveLength(3);
    expect(columns.length).toBeGreaterThan(100);
    // PostgreSQL keeps samples of a column in its statistics, also after the rows are gone.
    expect(columns.filter((line) => /statistics|storage|collation/.test(line)).toSorted()).toEqual([
      'column batch.digest: bytea statistics 0',
      'column chain.content: text not null statistics 0',
      'column instrument.batch: uuid statistics 0',
      'column instrument.reference: bytea statistics 0',
      'column instrument.site: text statistics 0',
      'column obligation.day: date statistics 0',
      'column obligation.rail_name: bytea statistics 0',
      'column outbox.envelope: bytea not null statistics 0 storage e',
      'column record.blob: bytea not null statistics 0 storage e',
      'column record.lookup: bytea not null statistics 0',
      'column site_hour.hour: timestamp(0) with time zone not null statistics 0',
      'column site_hour.site: text not null statistics 0',
    ]);
  });

  it('have these types and no others: none that holds free structure about a household', () => {
    const types = columns.map(
      (line) => /: (.*?)(?: not null| default .*| statistics .*| storage .*|$)/.exec(line)?.[1],
    );
    const wide = columns.filter((line) => /\b(jsonb?|xml|hstore|point|inet|cidr|macaddr|interval)\b/.test(line));
    expect(wide).toEqual(['column book_event.detail: jsonb not null', 'column obligation.decision_trace: jsonb']);
    const known = [
      'bigint',
      'bigint[]',
      'boolean',
      'bytea',
      'character varying',
      'date',
      'integer',
      'jsonb',
      'smallint',
    ];
    const more = ['text', 'text[]', 'timestamp with time zone', 'timestamp(0) with time zone', 'uuid', 'xid8'];
    expect(types.filter((type = '') => ![...known, ...more].includes(type))).toEqual([]);
  });

  it('have these defaults and no others', () => {
    const defaults = columns.flatMap(
      (line) => /^column (\S+): .* default (.*)$/.exec(line)?.slice(1).join(' = ') ?? [],
    );
    expect(defaults.toSorted()).toEqual([
      'chain_head.is_head = true',
      'city.is_this = true',
      'device.revoked = false',
      'instrument.inquire_first = false',
      'instrument.secret_lost = false',
      'instrument.tries = 0',
      "migration.id = nextval('migration_id_seq'::regclass)",
      'outbox.xid = pg_current_xact_id()',
      "spent_nonce.day = ((now() AT TIME ZONE 'UTC'::text))::date",
      'staff.revoked = false',
      'witnessed_day.is_this = true',
    ]);
  });
});
