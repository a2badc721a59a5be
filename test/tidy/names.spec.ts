import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

const files = globSync(['*', '{apps,libs,deploy,test,docs}/**/*.*'], {
  cwd: repositoryRoot,
  exclude: ['node_modules', 'dist', '**/node_modules', '**/dist'],
});

const saysNothing = /(^|[-./])(helpers?|utils?|managers?|base|common|misc|shared-code)([-./])/;
const allowedNames = ['jest.base.config.js', 'tsconfig.base.json'];
const enumeration = /^\s*(export )?(const )?enum \w/m;
const todo = /\b(TODO|FIXME|XXX)\b/;

describe('names', () => {
  const sources = files.filter((file) => /^(apps|libs|deploy|test)\/.*\.(ts|tsx|mjs)$/.test(file));
  const textOf = (file: string) => readFileSync(join(repositoryRoot, file), 'utf8');

  it('of files say what is inside', () => {
    expect(files.filter((file) => saysNothing.test(file) && !allowedNames.includes(file))).toEqual([]);
    expect(saysNothing.test('libs/bus/src/kafka-utils.ts')).toBe(true);
  });

  it('of alternatives are unions of strings, not enums', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.filter((file) => enumeration.test(textOf(file)))).toEqual([]);
    expect(enumeration.test('enum Colour { Red }')).toBe(true);
  });

  it('of things to do are not left in the code', () => {
    const self = 'test/tidy/names.spec.ts';
    expect(sources.filter((file) => file !== self && todo.test(textOf(file)))).toEqual([]);
  });
});

describe('lines', () => {
  const COLUMNS = 120;
  const isTooLong = (text: string): boolean => text.split('\n').some((line) => line.length > COLUMNS);
  const sources = files.filter((file) => file.endsWith('.ts'));

  it('fit on the screen: the formatter breaks code, and neither comments nor texts', () => {
    const textOf = (file: string) => readFileSync(join(repositoryRoot, file), 'utf8');
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.filter((file) => isTooLong(textOf(file)))).toEqual([]);
    expect([isTooLong(`// ${'x'.repeat(118)}\n`), isTooLong(`// ${'x'.repeat(117)}\n`)]).toEqual([true, false]);
  });
});
