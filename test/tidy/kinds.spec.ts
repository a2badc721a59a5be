import { globSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/place.js';

/** The kinds of file of which a service consists, by their names. What each may import: .dependency-cruiser.cjs. */
const kinds: Readonly<Record<string, RegExp>> = {
  core: /(^|\/)domain\/[a-z-]+\.ts$/,
  'message edge': /(^|\/)on-[a-z-]+\.ts$/,
  'HTTP edge': /(^|\/)[a-z-]+\.controller\.ts$/,
  'door out': /(^|\/)outgoing\.ts$/,
  service: /(^|\/)[a-z-]+\.service\.ts$/,
  worker: /(^|\/)[a-z-]+\.worker\.ts$/,
  repository: /(^|\/)[a-z-]+\.repository\.ts$/,
  entity: /(^|\/)[a-z-]+\.entity\.ts$/,
  adapter: /(^|\/)[a-z-]+\.adapter\.ts$/,
  'front door': /^(?!domain\/)([a-z-]+\/)+index\.ts$/,
  module: /(^|\/)[a-z-]+\.module\.ts$/,
  shell: /^(main|config|pseudonyms)\.ts$/,
  migration: /^migrations\/\d{4}-[a-z-]+\.ts$/,
};

const services = ['intake', 'eligibility', 'payments', 'notification'];

/** The kinds that a file's name, from its service's `src`, says it is of. */
function kindsOf(file: string): readonly string[] {
  return Object.entries(kinds).flatMap(([kind, name]) => (name.test(file) ? [kind] : []));
}

describe('every file of a service', () => {
  it.each(services)('of %s is of one kind, which its name tells', (service) => {
    const files = globSync('**/*.ts', { cwd: join(repositoryRoot, 'apps', service, 'src') });
    const sources = files.filter((file) => !file.endsWith('.spec.ts'));
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.filter((file) => kindsOf(file).length !== 1)).toEqual([]);
  });

  it.each([
    'payment-desk.ts',
    'taking.ts',
    'case.store.ts',
    'ledger/rows.ts',
    'enrol.ts',
    'release/config.ts',
    'index.ts',
  ])('would be noticed if it were called %s', (file) => expect(kindsOf(file)).toEqual([]));

  it.each([
    ['domain/plan.ts', 'core'],
    ['disbursement/on-grant-awarded.ts', 'message edge'],
    ['disbursement/outgoing.ts', 'door out'],
    ['rails/cash/cash-code.adapter.ts', 'adapter'],
    ['ledger/index.ts', 'front door'],
    ['migrations/0001-initial.ts', 'migration'],
  ])('%s is %s', (file, kind) => expect(kindsOf(file)).toEqual([kind]));
});
