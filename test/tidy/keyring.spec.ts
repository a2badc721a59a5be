import { describe, expect, it } from '@jest/globals';

import { holdersIn } from './holders.js';
import { CheckedSources, productFiles } from './mentions.js';

const KEYRING = `import type { Keyring } from '#libs/sealing';\n`;
const TOKEN = `import { Inject } from '@nestjs/common';\nimport { KEYRING } from '../keys/keyring.provider.js';\n`;

/** Each has a class `Planted` that can get the keyring. */
const holding: readonly string[] = [
  `${KEYRING}export class Planted { constructor(private readonly keyring: Keyring) {} }`,
  `${TOKEN}export class Planted { constructor(@Inject(KEYRING) keys: unknown) {} }`,
  `${TOKEN}export class Planted { @Inject(KEYRING) private readonly keys: unknown; }`,
  `import { Inject } from '@nestjs/common';\nimport { KEYRING as T } from '../keys/keyring.provider.js';\n` +
    'export class Planted { constructor(@Inject(T) keys: object) {} }',
  `${KEYRING}export class Planted { constructor(private readonly keys: Pick<Keyring, 'dayKey'>) {} }`,
  `${KEYRING}interface Options { readonly keyring: Keyring }\n` +
    'export class Planted { constructor(private readonly options: Options) {} }',
  `import type { Keyring as K } from '#libs/sealing';\nexport class Planted { constructor(readonly keys: K) {} }`,
  `import type { FileKeyring as K } from '#libs/sealing';\nexport class Planted { constructor(readonly keys: K) {} }`,
  `import type * as s from '#libs/sealing';\nexport class Planted { constructor(readonly keys: s.Keyring) {} }`,
  `export class Planted { constructor(readonly keys: import('#libs/sealing').Keyring) {} }`,
  `${KEYRING}class Known { constructor(private readonly keyring: Keyring) {} }\nexport class Planted extends Known {}`,
  `${KEYRING}interface Box { readonly inner: { readonly keyring: Keyring } }\n` +
    'export class Planted { constructor(private readonly box: Box) {} }',
  `${KEYRING}interface Mine extends Keyring { readonly more: number }\n` +
    'export class Planted { constructor(private readonly mine: Mine) {} }',
  `${KEYRING}export class Planted { constructor(private readonly keys: () => Promise<Keyring>) {} }`,
  `${KEYRING}export class Planted { constructor(private readonly keys: ReadonlyMap<string, Keyring>) {} }`,
  `${KEYRING}export class Planted { constructor(private readonly keys: readonly [string, Keyring?]) {} }`,
  `${KEYRING}export class Planted { keyring: Keyring | undefined; }`,
  `${KEYRING}class Wrapper { constructor(readonly keyring: Keyring) {} }\n` +
    'export class Planted { constructor(private readonly wrapper: Wrapper) {} }',
];

/** Each has a class `Planted` that cannot reach the keyring. */
const free: readonly string[] = [
  'export class Planted { constructor(private readonly name: string) {} }',
  `import type { KeyedHash } from '#libs/service';\nexport class Planted { constructor(readonly hash: KeyedHash) {} }`,
  `${KEYRING}class Known { constructor(private readonly keyring: Keyring) {} }\n` +
    'export class Planted { constructor(private readonly known: Known) {} }',
  `${KEYRING}export class Planted { constructor(readonly rows: Pick<Keyring, 'rowKeys' | 'ensureRowKeys'>) {} }`,
];

const planted = (kind: string, texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(texts.map((text, at) => [`libs/service/src/operations/${kind}-${at}.ts`, text]));

describe('the private keyring', () => {
  const plants = { holding: planted('holding', holding), free: planted('free', free) };
  const files = productFiles();
  const sources = new CheckedSources(files, Object.fromEntries([...plants.holding, ...plants.free]));
  const all = holdersIn(sources);
  const holders = all.filter(({ file }) => !plants.holding.has(file) && !plants.free.has(file));

  it('can be given to seven classes at most', () => {
    expect(holders.length).toBeGreaterThan(1);
    expect(holders.map(({ name }) => name).slice(7)).toEqual([]);
  });

  it('can be given to nothing but the cryptography itself, the keys of a service, and its messages', () => {
    const rooms = /^libs\/(sealing\/src\/server|service\/src\/(keys|messaging))\//;
    expect(holders.filter(({ file }) => !rooms.test(file))).toEqual([]);
  });

  const isNoticed = (file: string): boolean => all.some((each) => each.file === file && each.name === 'Planted');

  it.each([...plants.holding])('is noticed in %s:\n%s', (file) => expect(isNoticed(file)).toBe(true));

  it.each([...plants.free])('is not seen where there is none, in %s:\n%s', (file) =>
    expect(isNoticed(file)).toBe(false),
  );
});
