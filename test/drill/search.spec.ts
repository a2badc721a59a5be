import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { bytesNeedles, Haystack, searchTree, textNeedles } from '../support/needles.js';

describe('the search', () => {
  const value = 'Synthetic Ñandú "Ω" 55 & +12135550142';
  const key = randomBytes(32);
  const needles = [...textNeedles('text', value), ...bytesNeedles('bytes', key), ...textNeedles('code', 'AB2D-EF3G')];

  it('finds a value in every form, wherever it stands, and in nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'needles-'));
    try {
      for (const [at, needle] of needles.entries()) {
        const noise = Buffer.concat([randomBytes(997), needle.bytes, randomBytes(499)]);
        await mkdir(join(folder, `${at % 7}`), { recursive: true });
        await writeFile(join(folder, `${at % 7}`, `${at}`), noise);
      }
      await writeFile(join(folder, 'noise'), randomBytes(1_000_000));
      const { findings, files } = await searchTree(folder, new Haystack(needles));
      expect(files).toHaveLength(needles.length + 1);
      const missed = needles.filter(
        ({ name, form }, at) =>
          !findings.some((each) => each.name === name && each.form === form && each.file === `${at % 7}/${at}`),
      );
      expect(missed).toEqual([]);
      expect(findings.filter(({ file }) => file === 'noise')).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('finds what an ordinary program wrote: encoded with what stands around it, or packed', () => {
    const around = (offset: number): Buffer =>
      Buffer.concat([Buffer.alloc(offset, 'x'), Buffer.from(value), Buffer.from('y')]);
    const written = [
      ...[0, 1, 2, 3, 4].flatMap((offset) => [
        Buffer.from(around(offset).toString('base64')),
        Buffer.from(around(offset).toString('base64url')),
        Buffer.from(around(offset).toString('hex')),
      ]),
      Buffer.from(`x${value}`, 'utf16le'),
      Buffer.from(JSON.stringify({ value })),
      Buffer.from(new URLSearchParams({ value }).toString()),
      Buffer.from(value.toUpperCase()),
      Buffer.from('call 12135550142 or 2135550142'),
      Buffer.concat([randomBytes(50), gzipSync(value), randomBytes(50)]),
      Buffer.concat([randomBytes(50), zstdCompressSync(value)]),
    ];
    const haystack = new Haystack(textNeedles('text', value));
    expect(written.flatMap((bytes, at) => (haystack.search(bytes).length === 0 ? [at] : []))).toEqual([]);
    expect(haystack.search(Buffer.from('Synthetic Ñandu "Ω" 55 & +12135550143'))).toEqual([]);
  });
});
