import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { productFiles } from './mentions.js';

/** State of a session that outlives a transaction. A pooler in transaction mode loses it, or gives it to another. */
const forms: readonly RegExp[] = [
  /\bpg_(?:try_)?advisory_(?:un)?lock(?:_shared)?\(/,
  /['"`]\s*(?:UN)?LISTEN\b/,
  /\b(?:PREPARE|DEALLOCATE|WITH HOLD|SET SESSION|DISCARD)\b/,
  /['"`]\s*SET (?!LOCAL\b|TRANSACTION\b)[a-z]/,
  /\bCREATE TEMP(?:ORARY)? (?!.*ON COMMIT DROP)/,
  /\b(?:currval|lastval|set_config)\(/,
  /(?<!function )\bnamed\(/,
];

/** Every file with such state, and the connection on which it stands. */
const places: Readonly<Record<string, string>> = {
  'libs/bus/src/produce/leadership.ts': 'the connection of the relay',
  'libs/bus/src/produce/relay.ts': 'the connection of the relay',
  'libs/database/src/tx.ts': 'statements with names, which a pool through a pooler does not use',
  'libs/records/src/lease-holder.ts': 'the connection of the holder',
  'libs/records/src/turn.ts': 'the direct pool',
  'libs/service/src/definition/migrate.ts': 'the connection of the command that migrates',
};

const hasState = (line: string): boolean => !/^\s*(?:\*|\/[/*])/.test(line) && forms.some((form) => form.test(line));
const read = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');

describe('a pooler in transaction mode', () => {
  it('finds no state of a session outside of direct connections', () => {
    const found = productFiles().filter((file) => read(file).split('\n').some(hasState));
    expect(found.toSorted()).toEqual(Object.keys(places).toSorted());
  });

  it('is given transactions alone: everything else has the direct address', () => {
    const users = productFiles().filter((file) => /\bdatabaseUrl\b/.test(read(file)));
    expect(users.toSorted()).toEqual([
      'libs/service/src/config/service.config.ts',
      'libs/service/src/database/database.module.ts',
    ]);
    expect(read('libs/service/src/database/database.module.ts').match(/\bdatabaseUrl\b/g)).toHaveLength(1);
  });

  it('finds each form', () => {
    const planted = [
      `await client.query('SELECT pg_advisory_lock($1)', [1]);`,
      `await client.query('LISTEN outbox');`,
      `await client.query("SET statement_timeout = '2s'");`,
      'CREATE TEMPORARY TABLE left_over AS SELECT 1',
      'client.query(named(text, values))',
    ];
    expect(planted.filter((line) => !hasState(line))).toEqual([]);
    const harmless = ['SELECT pg_advisory_xact_lock($1)', `tx.query("SET LOCAL lock_timeout = '2s'")`];
    expect(harmless.filter(hasState)).toEqual([]);
  });
});
