import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

/** Every directive that turns a check off, and its position in the line. */
const silence =
  /\b(?:oxlint|eslint|tslint)-(?:disable|enable)[\w-]*|\beslint\s+[\w@/-]+\s*:|@ts-[\w-]+|\bno-?check\b/gi;
/** A test may state that a line must not compile: then the test fails if the line compiles. */
const inTests = /^@ts-expect-error$/;

/** The number of such directives in each file of the product. A file that is not listed may have none. */
const allowed: Readonly<Record<string, number>> = {
  'libs/database/src/tx.ts': 1,
  'libs/service/src/database/data-source.ts': 2,
  'libs/service/src/database/database.module.ts': 2,
  'libs/service/src/definition/entities.ts': 1,
  'libs/service/src/definition/service-definition.ts': 2,
};

function silences(file: string, text: string): readonly string[] {
  const isTest = /\.spec\.ts$|(^|\/)test\//.test(file);
  return (text.match(silence) ?? []).filter((each) => !(isTest && inTests.test(each)));
}

describe('checks', () => {
  // This folder plants violations on purpose.
  const files = globSync(['*.{js,cjs}', '.*.cjs', '{apps,libs,deploy,test}/**/*.{ts,mts,cts,tsx,js,mjs,cjs}'], {
    cwd: repositoryRoot,
  }).filter((file) => !file.startsWith('test/tidy/'));

  it('are silenced where this list says, and nowhere else', () => {
    expect(files.length).toBeGreaterThan(500);
    const textOf = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
    const counts = files.map((file) => [file, silences(file, textOf(file)).length]);
    const found = Object.fromEntries(counts.filter(([, count]) => count !== 0)) as Readonly<Record<string, number>>;
    expect(found).toEqual(allowed);
  });

  it.each([
    '// oxlint-disable-next-line no-console',
    '/* oxlint-disable no-console */',
    'f(); // eslint-disable-line no-console -- because',
    '// eslint-disable-next-line no-console',
    '/* eslint no-console: 0 */',
    '// @ts-ignore',
    '// @ts-expect-error -- because',
    '// @ts-nocheck',
    '/* @ts-ignore */',
  ])('would be found silenced by %s', (text) => {
    expect(silences('apps/intake/src/box.service.ts', `const x = 1;\n${text}\n`)).toHaveLength(1);
  });

  it('may be told by a test what must not compile', () => {
    expect(silences('libs/bus/src/bus.spec.ts', '// @ts-expect-error')).toEqual([]);
    expect(silences('libs/bus/src/bus.spec.ts', '// @ts-ignore')).toEqual(['@ts-ignore']);
  });
});
