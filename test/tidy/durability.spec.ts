import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

/** Whatever decides if something is on a disk, or on several brokers, when a caller goes on. */
const words = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'commit_delay',
  'commit_siblings',
  'wal_sync_method',
  'wal_level',
  'UNLOGGED',
  'acks',
  'idempotent',
  'min\\.insync\\.replicas',
  'unclean\\.leader\\.election\\.enable',
  'flush\\.messages',
  'datasync',
  'fsyncSync',
  'fdatasyncSync',
  'no-sync',
];
const forms = new RegExp(`(?:\\b|-c)(?:${words.join('|')})\\b.*`, 'g');

/** Every place, word for word. A place that is not here, or another value, needs a reason. */
const places: Readonly<Record<string, readonly string[]>> = {
  'apps/payments/src/ledger/anchor-file.adapter.ts': ['fsyncSync,', 'fsyncSync(descriptor);', 'fsyncSync(folder);'],
  'apps/rail-simulator/src/journal.store.ts': ['datasync();'],
  'deploy/docker/kafka/server.properties': ['min.insync.replicas=1'],
  'deploy/local/kafka-properties.ts': ["min.insync.replicas': acknowledgementsFor(asked ?? copies),"],
  'deploy/local/postgres-settings.ts': [
    "fsync: durable ? 'on' : 'off',",
    "synchronous_commit: durable ? 'on' : 'off',",
    "full_page_writes: durable ? 'on' : 'off',",
  ],
  'deploy/local/postgres.ts': ["no-sync']),"],
  'docker-compose.yml': ['-cfsync=on', '-csynchronous_commit=on', '-cfull_page_writes=on'],
  'libs/bus/src/kafka/topic-settings.ts': ["min.insync.replicas': acknowledgements }) };"],
  'libs/bus/src/produce/sender.ts': ['acks: -1,'],
  // A batch of the turn that a crash loses is moved again.
  'libs/records/src/turn-statements.ts': [
    'synchronous_commit = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;',
  ],
  'libs/sealing/src/server/keyring/keyring-file.ts': [
    'fsyncSync,',
    'fsyncSync(file);',
    'fsyncSync(handle);',
    'fsyncSync(file);',
  ],
};

const isComment = (line: string): boolean => /^\s*(?:\*|\/[/*]|#)/.test(line);
const foundIn = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => (isComment(line) ? [] : (line.match(forms) ?? [])));

describe('what decides on durability', () => {
  it('stands in these places with these values, and nowhere else', () => {
    const patterns = ['{apps,libs}/*/src/**/*', 'deploy/**/*', '*.{yml,yaml}'];
    const files = globSync(patterns, { cwd: repositoryRoot, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.spec\.ts$|\.md$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(repositoryRoot.length).replace(/^\//, ''))
      .filter((file) => !/^deploy\/.*\/test\//.test(file));
    expect(files.length).toBeGreaterThan(500);
    const found = files.map((file) => [file, foundIn(readFileSync(join(repositoryRoot, file), 'utf8'))] as const);
    expect(Object.fromEntries(found.filter(([, all]) => all.length > 0))).toEqual(places);
  });

  it.each([
    "await tx.query('SET LOCAL synchronous_commit = off');",
    "ALTER ROLE payments SET synchronous_commit TO 'local'",
    'CREATE UNLOGGED TABLE posting ()',
    '      - -cfsync=off',
    "createTopics({ configEntries: [{ name: 'min.insync.replicas', value: '1' }] })",
    'producer.send({ acks: 1 })',
  ])('would be found: %s', (line) => {
    expect(foundIn(line)).toHaveLength(1);
  });
});
