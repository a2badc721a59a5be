import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { COMPUTED, importsIn } from './imports.js';

type Files = Readonly<Record<string, string>>;

/**
 * Returns which folder of an app's or library's `src` imports which, from the relative imports of files (paths from
 * `src`). Files directly in `src` join the folders or are used by all of them, so they count as no folder.
 */
function arrows(files: Files): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [file, text] of Object.entries(files)) {
    for (const specifier of importsIn(text).filter((each) => each.startsWith('.'))) {
      const [from, to] = [roomOf(file), roomOf(normalize(join(dirname(file), specifier)))];
      if (from === undefined || to === undefined || from === to) continue;
      found.set(from, (found.get(from) ?? new Set()).add(to));
    }
  }
  return found;
}

function roomOf(file: string): string | undefined {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : undefined;
}

/** The folders that are part of an import circle. */
function circular(files: Files): readonly string[] {
  const all = arrows(files);
  const reached = (room: string, seen = new Set<string>()): ReadonlySet<string> => {
    for (const next of all.get(room) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      reached(next, seen);
    }
    return seen;
  };
  return [...all.keys()].filter((room) => reached(room).has(room)).sort();
}

const parts = globSync('{apps,libs}/*/src', { cwd: repositoryRoot }).sort();

function filesOf(part: string): Files {
  const names = globSync('**/*.ts', { cwd: join(repositoryRoot, part) }).filter((name) => !name.endsWith('.spec.ts'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(repositoryRoot, part, name), 'utf8')]));
}

describe('the rooms', () => {
  it.each(parts)('of %s stand on one another without a circle', (part) => {
    expect(circular(filesOf(part))).toEqual([]);
  });

  it('are found, and so is a circle among them', () => {
    expect(parts.length).toBeGreaterThan(10);
    const files = {
      'index.ts': "export { a } from './one/a.js';",
      'one/a.ts': "import { b } from '../two/b.js';\nimport './c.js';",
      'one/c.ts': '',
      'two/b.ts': "import type { C } from '../three/c.js';",
      'three/c.ts': '',
    };
    expect(circular(files)).toEqual([]);
    const planted = { ...files, 'three/c.ts': "import { c } from '../one/c.js';" };
    expect(circular(planted)).toEqual(['one', 'three', 'two']);
  });

  it.each([
    `import { c } from '../one/c.js';`,
    `import '../one/c.js';`,
    `import type { C } from '../one/c.js';`,
    `import { type C } from "../one/c.js";`,
    `export * from '../one/c.js';`,
    `export type { C } from '../one/c.js';`,
    `export const c = await import('../one/c.js');`,
    'export const c = await import(`../one/c.js`);',
    `export type C = import('../one/c.js').C;`,
    `import c = require('../one/c.js');`,
  ])('have a circle with %s', (text) => {
    expect(circular({ 'one/c.ts': `import { b } from '../two/b.js';`, 'two/b.ts': text })).toEqual(['one', 'two']);
  });

  it('are imported by names that can be read', () => {
    const computing = parts.flatMap((part) =>
      Object.entries(filesOf(part)).flatMap(([file, text]) =>
        importsIn(text).includes(COMPUTED) ? [`${part}/${file}`] : [],
      ),
    );
    expect(computing).toEqual([]);
    expect(importsIn('export const c = await import(`../${room}/c.js`);')).toEqual([COMPUTED]);
  });
});
