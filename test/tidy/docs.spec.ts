import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from '@jest/globals';

import { generatedPages, unapproved } from '../../deploy/docs/pages.js';
import { repositoryRoot } from '../../deploy/local/layout.js';

describe('pages that are generated from the contracts', () => {
  it('are committed as `npm run docs:write` writes them', async () => {
    const pages = await generatedPages(repositoryRoot);
    for (const [path, text] of pages) {
      expect([path, await readFile(join(repositoryRoot, path), 'utf8')]).toEqual([path, text]);
    }
    expect(pages.size).toBe(2);
  });

  it('are clean by the AsyncAPI parser, which finds what is wrong', async () => {
    const text = (await generatedPages(repositoryRoot)).get('docs/asyncapi.yaml') ?? '';
    expect((await new Parser().parse(text)).diagnostics).toEqual([]);
    const { diagnostics } = await new Parser().parse(text.replace('action: send', 'action: shout'));
    expect(diagnostics.length).toBeGreaterThan(0);
  });
});

describe('what the contracts allow', () => {
  it('was approved by two people, for a version', async () => {
    expect(await unapproved(repositoryRoot)).toEqual([]);
  });

  it('is compared with the first version as it was', async () => {
    const baseline = await readFile(join(repositoryRoot, 'docs', 'contracts-baseline.txt'));
    expect(createHash('sha256').update(baseline).digest('hex')).toBe(
      '50749afe05de2699b99f69cc37ff11665126c1e3dace7af730819bbdc2cbd3a0',
    );
  });
});

describe('pages that name files', () => {
  const named = /`((?:apps|libs|deploy|test|docs)\/[^`*\s]+)`/g;
  const pages = ['docs/life-of-an-application.md', 'docs/glossary.md', 'docs/threat-model.md'];
  const missing = (text: string): readonly string[] =>
    [...text.matchAll(named)].map(([, file = '']) => file).filter((file) => !existsSync(join(repositoryRoot, file)));

  it.each(pages)('%s names only files that exist', async (page) => {
    const text = await readFile(join(repositoryRoot, page), 'utf8');
    expect([...text.matchAll(named)].length).toBeGreaterThan(10);
    expect(missing(text)).toEqual([]);
    expect(missing('see `libs/bus/src/gone.ts`')).toEqual(['libs/bus/src/gone.ts']);
  });
});
