import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { importsIn } from './imports.js';

const root = join(repositoryRoot, 'apps/payments/src');
const sources: ReadonlyMap<string, string> = new Map(
  globSync('**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.spec.ts'))
    .map((file) => [file, readFileSync(join(root, file), 'utf8')]),
);

/** The `index.ts` files of other folders that the files import, each once for a file. */
function doorsIn(files: ReadonlyMap<string, string>): readonly string[] {
  return [...files].flatMap(([file, text]) => {
    const [own] = file.split('/');
    const doors = importsIn(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => normalize(join(dirname(file), specifier)))
      .filter((imported) => imported.endsWith('/index.js') && !imported.startsWith(`${own}/`))
      .map((imported) => `${file}: ${dirname(imported)}`);
    return file.includes('/') ? [...new Set(doors)] : [];
  });
}

/** Files that name a payout method outside of the folder of its rail. */
function namersIn(files: ReadonlyMap<string, string>): readonly string[] {
  const methods = [...files].flatMap(([file, text]) => {
    const [, method] = /readonly payoutMethod = '(\w+)'/.exec(text) ?? [];
    return method === undefined ? [] : [{ method, folder: `${dirname(file)}/` }];
  });
  return methods.flatMap(({ method, folder }) =>
    [...files]
      .filter(([file, text]) => !file.startsWith(folder) && new RegExp(`\\b${method}\\b`).test(text))
      .map(([file]) => file),
  );
}

describe('the folders of payments', () => {
  it('know few of the others', () => {
    const doors = doorsIn(sources);
    expect(doors.length).toBeGreaterThan(10);
    expect(doors.slice(25)).toEqual([]);
    const twice = `import { A } from '../ledger/index.js';\nimport type { B } from '../ledger/index.js';\n`;
    expect(doorsIn(new Map([['rails/a.ts', twice]]))).toEqual(['rails/a.ts: ledger']);
  });

  it.each([
    ['rails/a.ts', `import { A } from '../ledger/index.js';`],
    ['rails/a.ts', `import type { A } from '../ledger/index.js';`],
    ['rails/a.ts', `import '../ledger/index.js';`],
    ['rails/a.ts', `export { A } from '../ledger/index.js';`],
    ['rails/a.ts', `export const a = await import('../ledger/index.js');`],
    ['rails/a.ts', `export type A = import('../ledger/index.js').A;`],
    ['rails/cash/a.ts', `import { A } from '../../ledger/index.js';`],
  ])('are seen to know another in %s by %s', (file, text) => {
    expect(doorsIn(new Map([[file, text]]))).toEqual([`${file}: ledger`]);
  });

  it('are each given ids of their own, and none those of another', () => {
    const [, ...classes] = (sources.get('pseudonyms.ts') ?? '').split('export class ');
    const names = classes.map((text) => /^\w+/.exec(text)?.[0] ?? '');
    const users = (name: string): readonly string[] => {
      const files = [...sources].filter(([file, text]) => file.includes('/') && new RegExp(`\\b${name}\\b`).test(text));
      return [...new Set(files.map(([file]) => file.split('/', 1)[0] ?? ''))];
    };
    expect(names.map(users)).toEqual([['disbursement'], ['ledger']]);
  });

  it('leave the name of a payout method to its rail', () => {
    expect(namersIn(sources)).toEqual([]);
    const rail = ['rails/cash/cash.adapter.ts', `readonly payoutMethod = 'CASH';`] as const;
    expect(namersIn(new Map([rail, ['release/a.ts', `const RELEASABLE = ['CASH'];`]]))).toEqual(['release/a.ts']);
    expect([...sources.values()].some((text) => text.includes(`readonly payoutMethod = '`))).toBe(true);
  });
});
