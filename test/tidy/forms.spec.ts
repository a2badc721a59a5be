import { describe, expect, it } from '@jest/globals';

import { foreignTables, strayStatements, unreadable } from './forms.js';
import { CheckedSources, type Mention, locationOf, productFiles } from './mentions.js';
import { nameless } from './tokens.js';

type CodeLocation = Pick<Mention, 'file' | 'node'>;

interface Form {
  readonly what: string;
  readonly find: (sources: CheckedSources) => readonly CodeLocation[];
  readonly within: RegExp;
  readonly at: string;
  readonly refused: readonly string[];
  readonly allowed: readonly string[];
}

const injects = `import { Inject } from '@nestjs/common';\n`;

const forms: readonly Form[] = [
  {
    what: 'a token of Nest that is a text',
    find: nameless,
    within: /^(apps|libs)\//,
    at: 'libs/service/src/health/planted.ts',
    refused: [
      `${injects}export class A { constructor(@Inject('keys') readonly keys: unknown) {} }`,
      `${injects}export class A { constructor(@Inject(\`keys\`) readonly keys: unknown) {} }`,
      `${injects}export class A { @Inject('keys') readonly keys: unknown; }`,
      `${injects}const KEYS = 'keys';\nexport class A { constructor(@Inject(KEYS) readonly keys: unknown) {} }`,
      `${injects}const t = (n: number): string => String(n);\nexport class A { @Inject(t(1)) readonly keys: unknown; }`,
      `${injects}export class A { @Inject('keys' as unknown as symbol) readonly keys: unknown; }`,
      `${injects}export class A { @Inject(Symbol.for('keys')) readonly keys: unknown; }`,
      `import { Inject as Give } from '@nestjs/common';\nexport class A { @Give('keys') readonly keys: unknown; }`,
      `import * as nest from '@nestjs/common';\nexport class A { @nest.Inject('keys') readonly keys: unknown; }`,
      `export const provider = { provide: 'keys', useValue: 1 };`,
      `export const provider = { 'provide': 'keys', useValue: 1 };`,
      `const provide = 'keys';\nexport const provider = { provide, useValue: 1 };`,
      `export const provider = { provide: ('keys' as never), useValue: 1 };`,
      `export const provider = { provide: Symbol.for('keys'), useValue: 1 };`,
      `export const provider = { provide: class {}, useExisting: 'keys' };`,
      `export const provider = { provide: class {}, useFactory: () => 1, inject: ['keys'] };`,
      `export const provider = { provide: class {}, inject: [{ token: 'keys', optional: true }] };`,
      `const inject = ['keys'];\nexport const provider = { provide: class {}, useFactory: () => 1, inject };`,
      `const NEEDS = [class {}, 'keys'] as const;\nexport const provider = { provide: class {}, inject: NEEDS };`,
      `const NEEDS = ['keys'];\nexport const provider = { provide: class {}, inject: [...NEEDS] };`,
    ],
    allowed: [
      `${injects}const KEYS = Symbol('keys');\nexport class A { constructor(@Inject(KEYS) readonly keys: unknown) {} }`,
      `class B {}\nexport const provider = { provide: B, useFactory: () => 1, inject: [B] };`,
      `import { APP_GUARD } from '@nestjs/core';\nexport const provider = { provide: APP_GUARD, useClass: class {} };`,
    ],
  },
  {
    what: 'a way to reach anything by a name that no rule can read',
    find: unreadable,
    within: /^(apps|libs)\//,
    at: 'apps/intake/src/planted.adapter.ts',
    refused: [
      `const name = 'kafkajs';\nexport const all = await import(name);`,
      `export const all = await import(['kafka', 'js'].join(''));`,
      `export const all = await import(\`\${'kafka'}js\`);`,
      `export const all = await import('kafkajs' as string);`,
      `export const of = (name: 'fetch') => globalThis[name];`,
      `export const all = globalThis;`,
      `export const all = { ...globalThis };`,
      `export const { fetch } = globalThis;`,
      `export const of = (name: 'fetch') => globalThis.globalThis[name];`,
      `export const of = (name: 'fetch') => global[name];`,
      `export const of = (name: 'fetch') => window[name];`,
      `export const of = (name: 'fetch') => self[name];`,
      `export const get = Reflect.get(Object, 'keys');`,
      `const R = Reflect;\nexport const get = R.get(Object, 'keys');`,
      `export const all = eval('process');`,
      `export const run = eval;`,
      `export const all = new Function('return process')();`,
      `export const all = Function('return process')();`,
      `export const all = (() => undefined).constructor('return process')();`,
    ],
    allowed: [
      `export const all = await import('./config.js');`,
      `export const bytes = globalThis.crypto.getRandomValues(new Uint8Array(1));`,
      `export const name = new Error('x').constructor.name;`,
      `export const of = (self: { readonly top: number }) => self.top;`,
      `export const keys = Reflect.ownKeys({});`,
    ],
  },
  {
    what: 'a statement of a service on a table of a library',
    find: foreignTables,
    within: /^apps\//,
    at: 'apps/intake/src/planted.repository.ts',
    refused: [
      `export const say = 'INSERT INTO outbox (day) VALUES ($1)';`,
      'export const say = (day: string) => `INSERT INTO outbox (day) VALUES (${day})`;',
      'export const say = (what: string) => `WITH x AS (${what}) insert into\\n  "outbox" select * from x`;',
      `export const all = 'SELECT body FROM record';`,
      `export const forget = 'DELETE FROM ONLY applied_offset';`,
      `export const become = 'UPDATE staff SET role = $1';`,
    ],
    allowed: [`export const all = 'SELECT name FROM text_count';`, `export const text = 'an outbox of a household';`],
  },
  {
    what: 'a statement of a service outside of its repositories, or a transaction that is begun or ended by text',
    find: strayStatements,
    within: /^apps\//,
    at: 'apps/intake/src/planted.service.ts',
    refused: [
      `export const all = 'SELECT name FROM device';`,
      `export const forget = 'delete from device where name = $1';`,
      'export const add = (row: string) => `INSERT INTO device (name) VALUES (${row})`;',
      `export const go = (tx: unknown) => (tx as { query(text: string): unknown }).query('BEGIN');`,
      `export const end = 'COMMIT';`,
      `export const back = 'rollback to here';`,
    ],
    allowed: [`export const text = 'Select your language';`, `export const name = 'delete-device';`],
  },
];

const planted = (form: number, kind: 'refused' | 'allowed'): ReadonlyMap<string, string> => {
  const { at, [kind]: texts } = forms[form] as Form;
  return new Map(texts.map((text, n) => [at.replace('planted', `planted-${kind}-${form}-${n}`), text]));
};
const plants = forms.map((_, form) => ({ refused: planted(form, 'refused'), allowed: planted(form, 'allowed') }));

describe('what the product has nowhere', () => {
  const files = productFiles();
  const all = new Map(plants.flatMap(({ refused, allowed }) => [...refused, ...allowed]));
  const sources = new CheckedSources(files, Object.fromEntries(all));

  describe.each(forms.map((form, at) => [form.what, form, plants[at]] as const))('is %s', (_what, form, own) => {
    const found = form.find(sources).filter(({ file }) => form.within.test(file));

    it('in any of its files', () => {
      expect(found.filter(({ file }) => !all.has(file)).map(locationOf)).toEqual([]);
    });

    it.each([...(own?.refused ?? [])])('and is noticed in %s with %s', (name) => {
      expect(found.filter(({ file }) => file === name)).not.toEqual([]);
    });

    it.each([...(own?.allowed ?? [])])('and is not, in %s, %s', (name) => {
      expect(found.filter(({ file }) => file === name).map(locationOf)).toEqual([]);
    });
  });
});
