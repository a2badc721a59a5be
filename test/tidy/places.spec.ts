import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

/** The files that an app or a library has beside its sources and tests. */
const beside = /^(README\.md|tsconfig\.(app|lib)\.json)$/;
const source = /^([a-z0-9-]+\/)*[a-z0-9]+([.-][a-z0-9]+)*\.ts$/;
/** The type checker, the linter or the build ignores these, or treats them differently. */
const unseen = /\.(d|planted)\.ts$|(^|\/)(dist|node_modules)\//;

/** Files of apps and libraries, by their paths from the root, in places that no rule covers. */
function strangers(files: readonly string[]): readonly string[] {
  return files.filter((file) => {
    const [, , folder = '', ...rest] = file.split('/');
    if (unseen.test(file)) return true;
    if (rest.length === 0) return !beside.test(folder);
    return folder === 'src' ? !source.test(rest.join('/')) : folder !== 'test';
  });
}

interface Rule {
  readonly from: { readonly path?: string };
  readonly to: { readonly path?: unknown; readonly pathNot?: readonly string[]; readonly [other: string]: unknown };
}

const { forbidden } = createRequire(join(repositoryRoot, 'package.json'))('./.dependency-cruiser.cjs') as {
  readonly forbidden: readonly Rule[];
};

/** True if a rule lists everything that this part may import; a rule for all parts does not count. */
function hasItsRule(part: string): boolean {
  return forbidden.some(({ from: { path }, to: { pathNot, ...others } }) => {
    if (path === undefined || pathNot === undefined || Object.keys(others).length > 0) return false;
    const holds = (of: string): boolean => new RegExp(path).test(`${of}/src/a.service.ts`);
    return holds(part) && !holds(part.replace(/\/.*/, '/unknown'));
  });
}

const parts = ['apps', 'libs'].flatMap((root) =>
  readdirSync(join(repositoryRoot, root)).map((name) => `${root}/${name}`),
);

describe('apps and libraries', () => {
  it('each have a rule that says what they import', () => {
    expect(parts.length).toBeGreaterThan(13);
    expect(parts.filter((part) => !hasItsRule(part))).toEqual([]);
    expect(['apps/evil', 'libs/evil', 'apps/index.ts'].filter((part) => hasItsRule(part))).toEqual([]);
  });

  it('have nothing but sources and tests', () => {
    const all = ['apps', 'libs'].flatMap((root) =>
      readdirSync(join(repositoryRoot, root), { recursive: true, withFileTypes: true }),
    );
    const files = all
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => relative(repositoryRoot, join(parentPath, name)));
    expect(files.length).toBeGreaterThan(400);
    expect(strangers(files)).toEqual([]);
  });

  it.each([
    'apps/intake/lib/box.ts',
    'apps/intake/box.ts',
    'apps/intake/.hidden/box.ts',
    'apps/box.ts',
    'libs/index.ts',
    'libs/bus/tools/box.mjs',
    'libs/bus/package.json',
    'libs/bus/src/box.mts',
    'libs/bus/src/box.cts',
    'libs/bus/src/box.tsx',
    'libs/bus/src/box.js',
    'libs/bus/src/box.d.ts',
    'libs/bus/src/box.planted.ts',
    'libs/bus/src/.box.ts',
    'libs/bus/src/.local/box.ts',
    'libs/bus/src/dist/box.ts',
    'libs/bus/src/node_modules/box/box.ts',
    'libs/bus/test/node_modules/box/box.ts',
    'apps/cli/src/data.json',
  ])('would be noticed with %s', (file) => expect(strangers([file])).toEqual([file]));

  it('may have a description, a configuration, sources and what tests need', () => {
    const files = [
      'apps/cli/README.md',
      'libs/bus/tsconfig.lib.json',
      'libs/bus/src/a/b-c.v1.ts',
      'libs/bus/test/a.mjs',
    ];
    expect(strangers(files)).toEqual([]);
  });
});
