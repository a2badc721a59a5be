import { globSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { type Door, NOBODY } from './door.js';
import { doorsInside } from './doors-inside.js';
import { doorsOut } from './doors-out.js';
import { CheckedSources, type Mention, locationOf } from './mentions.js';

const doors: readonly Door[] = [...doorsInside, ...doorsOut];

const planted = doors.map(({ at, planted: plants }, door) =>
  plants.map((plant, n) => {
    const [folder, text] = typeof plant === 'string' ? [at, plant] : plant;
    return [folder.replace('planted', `planted-${door}-${n}`), text] as const;
  }),
);
const files = globSync(['{apps,libs}/*/src/**/*.ts', 'deploy/**/*.ts'], { cwd: repositoryRoot }).filter(
  (file) => !/\.spec\.ts$|^deploy\/.*\/test\//.test(file),
);

describe('what few may name', () => {
  const plants = new Map(planted.flat());
  const sources = new CheckedSources(files, Object.fromEntries(plants));
  const mentions = [...sources.mentions((text) => doors.some(({ words }) => words.test(text)))];

  const namedBy = ({ words, isIt, within }: Door): readonly Mention[] =>
    mentions.filter((mention) => within.test(mention.file) && words.test(mention.name) && isIt(mention));

  it.each(doors.map((door, at) => [door.what, door, planted[at] ?? []] as const))('is %s', (_what, door, texts) => {
    const named = namedBy(door);
    const found = named.filter(({ file }) => !door.may.test(file));
    expect(found.filter(({ file }) => !plants.has(file)).map(locationOf)).toEqual([]);
    const noticed = new Set(found.map(({ file }) => file));
    expect(texts.filter(([file]) => !noticed.has(file)).map(([, text]) => text)).toEqual([]);
    // An unused permission would silently allow a later file.
    const isNeeded = named.some(({ file }) => door.may.test(file));
    expect(isNeeded).toBe(door.may !== NOBODY);
  });
});
