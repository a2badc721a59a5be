import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { pageOf } from '../sabotage/page.js';
import { twins } from '../sabotage/twins.js';

const textOf = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');

describe('the sabotage twins', () => {
  it.each(twins.map((twin) => [twin.promise, twin] as const))('%s: patch and test are still there', (_, twin) => {
    expect(textOf(twin.file).split(twin.find)).toHaveLength(2);
    expect(twin.replace).not.toBe(twin.find);
    expect(existsSync(join(repositoryRoot, twin.test))).toBe(true);
    expect(twin.test).toMatch(/\.spec\.ts$/);
    if (twin.name !== undefined) expect(wordsIn(twin.test)).toContain(twin.name);
  });

  it('are told in the documentation, each with its test', () => {
    const page = textOf('docs/sabotage.md');
    expect(page).toBe(pageOf(page, twins));
    expect(new Set(twins.map(({ promise }) => promise)).size).toBe(twins.length);
  });
});

/** The text of a test file with the parts that it shares with other files, so that a changed name is noticed. */
function wordsIn(test: string): string {
  const parts = ['crash', 'delivery', 'log', 'poison', 'restore'];
  const shared = parts.map((name) => `libs/bus/test/conformance/${name}.ts`);
  const files = test.includes('libs/bus/test/conformance') ? shared : [test];
  // If tests are made from a list, the part of the name that comes from the list is not in the text.
  return files.map(textOf).join('\n').replaceAll('%s', 'TypeError');
}
