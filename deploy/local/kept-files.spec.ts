import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { makeRoot, refuseOtherCity, startOver, tieToCity } from './kept-files.js';
import { placeAt, type Place } from './place.js';
import { portsFrom } from './settings.js';
import { Stack } from './stack.js';

describe('a folder', () => {
  let place: Place;
  beforeEach(() => {
    place = placeAt(mkdtempSync(join(tmpdir(), 'kept-')));
  });
  afterEach(() => rmSync(place.root, { recursive: true }));

  it('in which nothing is kept takes any city', () => {
    refuseOtherCity(place, 'los-angeles');
    refuseOtherCity(place, 'santa-ana');
  });

  it('belongs to one city from its first start on, until it is started over', async () => {
    tieToCity(place, 'los-angeles');
    refuseOtherCity(place, 'los-angeles');
    expect(() => refuseOtherCity(place, 'santa-ana')).toThrow(
      /belongs to another city\. .*--fresh.*--root\. \(kept here: us-ca-los-angeles\)$/,
    );
    await startOver(place);
    refuseOtherCity(place, 'santa-ana');
  });

  it('of another city is told at once: nothing is started, and nothing is made', async () => {
    writeFileSync(place.profile, '{"id":"us-ca-elsewhere"}');
    const steps: string[] = [];
    const stack = new Stack({
      root: place.root,
      ports: portsFrom(1),
      profile: 'los-angeles',
      onStep: (title) => Promise.resolve(void steps.push(title)),
    });
    await expect(stack.start()).rejects.toMatchObject({ code: 'other-city' });
    expect(steps).toEqual([]);
    expect([place.keyring, place.postgres, place.secrets].filter((path) => existsSync(path))).toEqual([]);
  });

  it('is made with the folders above it', async () => {
    await makeRoot(join(place.root, 'a', 'b'));
    await makeRoot(join(place.root, 'a', 'b'));
    expect(existsSync(join(place.root, 'a', 'b'))).toBe(true);
  });

  it('that is a file, lies below one, or cannot be made is told in a sentence', async () => {
    writeFileSync(join(place.root, 'file'), '');
    for (const root of [join(place.root, 'file'), join(place.root, 'file', 'x'), '/proc/x/y', '/sys/x', '/proc']) {
      await expect(makeRoot(root)).rejects.toMatchObject({
        code: 'bad-root',
        message: expect.stringMatching(/^The folder of --root is a file, or cannot be made or written to\./),
      });
    }
  });
});
