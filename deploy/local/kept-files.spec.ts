import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { makeRoot, refuseOtherCity, startOver, tieToCity } from './kept-files.js';
import { layoutAt, type Layout } from './layout.js';
import { portsFrom } from './settings.js';
import { Stack } from './stack.js';

describe('a folder', () => {
  let layout: Layout;
  beforeEach(() => {
    layout = layoutAt(mkdtempSync(join(tmpdir(), 'kept-')));
  });
  afterEach(() => rmSync(layout.root, { recursive: true }));

  it('in which nothing is kept takes any city', () => {
    refuseOtherCity(layout, 'los-angeles');
    refuseOtherCity(layout, 'santa-ana');
  });

  it('belongs to one city from its first start on, until it is started over', async () => {
    tieToCity(layout, 'los-angeles');
    refuseOtherCity(layout, 'los-angeles');
    expect(() => refuseOtherCity(layout, 'santa-ana')).toThrow(
      /belongs to another city\. .*--fresh.*--root\. \(kept here: us-ca-los-angeles\)$/,
    );
    await startOver(layout);
    refuseOtherCity(layout, 'santa-ana');
  });

  it('that is started over has no private key of before in either copy, even if one is on another disk', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'disk-'));
    symlinkSync(disk, layout.keyringReplica);
    for (const folder of [layout.keyring, layout.keyringReplica]) {
      mkdirSync(join(folder, 'private'), { recursive: true });
      writeFileSync(join(folder, 'private', 'keys.json'), '{}');
    }
    await startOver(layout);
    expect(readdirSync(layout.root)).toEqual(['keyring-replica']);
    expect(readdirSync(disk)).toEqual([]);
    rmSync(disk, { recursive: true });
  });

  it('of another city is told at once: nothing is started, and nothing is made', async () => {
    writeFileSync(layout.profile, '{"id":"us-ca-elsewhere"}');
    const steps: string[] = [];
    const stack = new Stack({
      root: layout.root,
      ports: portsFrom(1),
      profile: 'los-angeles',
      onStep: (title) => Promise.resolve(void steps.push(title)),
    });
    await expect(stack.start()).rejects.toMatchObject({ code: 'other-city' });
    expect(steps).toEqual([]);
    expect([layout.keyring, layout.postgres, layout.secrets].filter((path) => existsSync(path))).toEqual([]);
  });

  it('is made with the folders above it', async () => {
    await makeRoot(join(layout.root, 'a', 'b'));
    await makeRoot(join(layout.root, 'a', 'b'));
    expect(existsSync(join(layout.root, 'a', 'b'))).toBe(true);
  });

  it('that is a file, lies below one, or cannot be made is told in a sentence', async () => {
    writeFileSync(join(layout.root, 'file'), '');
    for (const root of [join(layout.root, 'file'), join(layout.root, 'file', 'x'), '/proc/x/y', '/sys/x', '/proc']) {
      await expect(makeRoot(root)).rejects.toMatchObject({
        code: 'bad-root',
        message: expect.stringMatching(/^The folder of --root is a file, or cannot be created or written to\./),
      });
    }
  });
});
