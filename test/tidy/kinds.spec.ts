import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

/** The kinds of file in a service, by their names. The imports of each kind are in .dependency-cruiser.cjs. */
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

/** A file in one of these folders is of that kind, so a name of another kind contradicts it. */
const folders: Readonly<Record<string, RegExp>> = { core: /(^|\/)domain\//, migration: /(^|\/)migrations\// };
const saysNothing = /(^|\/)(helpers?|utils?|managers?|base|common|misc|shared|lib)\//;

/** The kinds that match a file's name, relative to its service's `src`. */
function kindsOf(file: string): readonly string[] {
  if (saysNothing.test(file)) return [];
  const told = [...Object.entries(kinds), ...Object.entries(folders)];
  return [...new Set(told.flatMap(([kind, name]) => (name.test(file) ? [kind] : [])))];
}

function hasNameOfKind(file: string): boolean {
  return Object.values(kinds).some((name) => name.test(file));
}

/** Files of no kind or of several. A test is beside the file that it tests and has its name. */
function strangers(files: readonly string[]): readonly string[] {
  return files.filter((file) => {
    if (!file.endsWith('.spec.ts')) return kindsOf(file).length !== 1 || !hasNameOfKind(file);
    return !files.includes(file.replace(/\.spec\.ts$/, '.ts'));
  });
}

describe('every file of a service', () => {
  it.each(services)('of %s is of one kind, which its name tells', (service) => {
    const all = readdirSync(join(repositoryRoot, 'apps', service, 'src'), { recursive: true, withFileTypes: true });
    const files = all
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => relative(join(repositoryRoot, 'apps', service, 'src'), join(parentPath, name)));
    expect(files.filter((file) => !file.endsWith('.spec.ts')).length).toBeGreaterThan(10);
    expect(strangers(files)).toEqual([]);
  });

  it.each([
    'payment-office.ts',
    'taking.ts',
    'case.store.ts',
    'ledger/rows.ts',
    'enrol.ts',
    'release/config.ts',
    'index.ts',
  ])('would be noticed if it were called %s', (file) => expect(kindsOf(file)).toEqual([]));

  it.each([
    'case.service.tsx',
    'case.service.mts',
    'case.service.cts',
    'case.service.js',
    'case.service.d.ts',
    'Case.service.ts',
    'data.json',
    '.hidden.ts',
    'domain/case.service.ts',
    'domain/deep/case.ts',
    'domain/rules.js',
    'domain/on-hold.ts',
    'domain/outgoing.ts',
    'domain/config.js',
    'ledger/domain/books.repository.ts',
    'migrations/notes.ts',
    'migrations/0002-more.js',
    'migrations/on-start.ts',
    'migrations/case.service.ts',
    'ledger/migrations/0001-initial.ts',
    'helpers/case.service.ts',
    'ledger/common/rows.repository.ts',
    'ledger/main.ts',
    'ledger/pseudonyms.ts',
  ])('would be noticed if it were called %s', (file) => expect(strangers([file])).toEqual([file]));

  it.each([
    ['domain/plan.ts', 'core'],
    ['disbursement/on-grant-awarded.ts', 'message edge'],
    ['disbursement/outgoing.ts', 'door out'],
    ['rails/cash/cash-code.adapter.ts', 'adapter'],
    ['ledger/index.ts', 'front door'],
    ['migrations/0001-initial.ts', 'migration'],
  ])('%s is %s', (file, kind) => expect(kindsOf(file)).toEqual([kind]));

  it.each(['case.service.spec.ts', 'domain/case.spec.ts', 'support.spec.ts', 'ledger/books.it.spec.ts'])(
    'would be noticed if %s tested nothing beside it',
    (file) => expect(strangers(['case.repository.ts', file])).toEqual([file]),
  );

  it('may have its test beside it', () => {
    expect(strangers(['config.ts', 'config.spec.ts', 'domain/case.ts', 'domain/case.spec.ts'])).toEqual([]);
  });
});
