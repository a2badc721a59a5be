import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { type Plant, PlantedRepository } from './planted.js';

const promise = 'declare function later(): Promise<number>;\n';
const manyLines = Array.from({ length: 351 }, (_, n) => `export const line${n} = ${n};\n`).join('');
const longBody = Array.from({ length: 60 }, (_, n) => `  list.push(${n});\n`).join('');
const aTest = "import { expect, it } from '@jest/globals';\n";

/** For each rule that .oxlintrc.json sets to error, code that it must refuse. */
const plants: readonly Plant[] = [
  inLibs('typescript(no-floating-promises)', `${promise}export function f(): void {\n  later();\n}\n`),
  inLibs(
    'typescript(no-misused-promises)',
    `${promise}export const n = [1].filter(async () => (await later()) > 0);\n`,
  ),
  inLibs(
    'typescript(switch-exhaustiveness-check)',
    `export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n`,
  ),
  inLibs('typescript(no-explicit-any)', 'export const x: any = 1;\n'),
  inLibs('typescript(no-non-null-assertion)', 'export const f = (x?: string): number => x!.length;\n'),
  inLibs('typescript(only-throw-error)', `export function f(): never {\n  throw 'text';\n}\n`),
  inLibs(
    'typescript(prefer-readonly)',
    `export class A {\n  private b = 1;\n  c(): number {\n    return this.b;\n  }\n}\n`,
  ),
  inLibs('typescript(no-extraneous-class)', `export class A {\n  static readonly b = 1;\n}\n`),
  inLibs('eslint(eqeqeq)', 'export const f = (x: unknown): boolean => x == 1;\n'),
  inLibs('eslint(no-var)', 'export var x = 1;\n'),
  inLibs('eslint(prefer-const)', 'let x = 1;\nexport const y = x;\n'),
  inLibs('eslint(no-console)', `console.log('x');\n`),
  inLibs('eslint(no-param-reassign)', 'export function f(x: number): number {\n  x = 2;\n  return x;\n}\n'),
  inLibs('eslint(max-params)', 'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number[] => [a, b, c, d, e];\n'),
  inLibs('eslint(max-lines)', manyLines),
  inLibs('eslint(max-lines-per-function)', `export function f(list: number[]): void {\n${longBody}}\n`),
  { rule: 'unicorn(filename-case)', file: 'libs/bus/src/BusHelper.ts', text: 'export const x = 1;\n' },
  inLibs('unicorn(no-abusive-eslint-disable)', '/* eslint-disable */\nexport const x = 1;\n'),
  inLibs('import(no-default-export)', 'export default 1;\n'),
  inDomain('eslint(no-restricted-globals)', 'export const id = (): string => crypto.randomUUID();\n'),
  inLibs('eslint(no-restricted-properties)', "export const port = process.env['PORT'];\n"),
  inDomain('eslint(no-restricted-properties)', 'export const now = (): number => Date.now();\n'),
  inNestedDomain('eslint(no-restricted-globals)', 'export const id = (): string => crypto.randomUUID();\n'),
  inNestedDomain('eslint(no-restricted-properties)', 'export const now = (): number => Date.now();\n'),
  readsSettings('apps/intake/src/submission.service.ts', '#libs/service'),
  readsSettings('apps/rail-simulator/src/main.ts', '#libs/service'),
  readsSettings('libs/service/src/keys/keyring.provider.ts', '../config/environment.js'),
  aSpec('jest(no-focused-tests)', `it.only('x', () => expect(1).toBe(1));\n`),
  aSpec('jest(no-disabled-tests)', `it.skip('x', () => expect(1).toBe(1));\n`),
  aSpec('jest(no-identical-title)', `it('x', () => expect(1).toBe(1));\nit('x', () => expect(1).toBe(1));\n`),
  aSpec('jest(valid-expect)', `it('x', () => {\n  expect(1);\n});\n`),
];

function fileName(rule: string): string {
  return rule.replace(/[^a-z]+/g, '-').replace(/-$/, '');
}

function inLibs(rule: string, text: string): Plant {
  return { rule, file: `libs/bus/src/${fileName(rule)}.ts`, text };
}

function inDomain(rule: string, text: string): Plant {
  return { rule, file: `apps/payments/src/domain/${fileName(rule)}.ts`, text };
}

function inNestedDomain(rule: string, text: string): Plant {
  return { rule, file: `apps/payments/src/ledger/domain/${fileName(rule)}.ts`, text };
}

function readsSettings(file: string, from: string): Plant {
  const text = `import { environment } from '${from}';\nexport const port = environment()['PORT'];\n`;
  return { rule: 'eslint(no-restricted-imports)', file, text };
}

function aSpec(rule: string, text: string): Plant {
  return { rule, file: `libs/bus/src/${fileName(rule)}.spec.ts`, text: aTest + text };
}

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
}

interface Settings {
  readonly rules: Readonly<Record<string, unknown>>;
  readonly overrides: readonly { readonly rules: Readonly<Record<string, unknown>> }[];
}

describe('the style rules', () => {
  const repository = new PlantedRepository(plants);
  afterAll(() => repository.remove());
  const { settings, copy } = copiedSettings(repository.root);
  const args = ['--type-aware', '--no-ignore', '--config', copy, '--format', 'json'];
  const { diagnostics } = JSON.parse(repository.run('oxlint', args)) as Report;
  const reported = diagnostics.map(({ code, filename }) => `${code}: ${filename}`);

  it.each(plants.map(({ rule, file }) => [rule, file] as const))('%s reports %s', (rule, file) => {
    expect(reported).toContain(`${rule}: ${file}`);
  });

  it('that are named as errors each have a planted violation', () => {
    const planted = new Set(plants.map(({ rule }) => rule));
    const named = [settings, ...settings.overrides].flatMap(({ rules }) =>
      Object.entries(rules)
        .filter(([, level]) => [level].flat()[0] === 'error')
        .map(([name]) => name.replace(/^(.+)\/(.+)$/, '$1($2)')),
    );
    expect(named.filter((name) => !planted.has(name))).toEqual([]);
  });
});

/** The real file is above the planted repository, where its patterns would not match. */
function copiedSettings(root: string): { readonly settings: Settings; readonly copy: string } {
  const file = join(repositoryRoot, '.oxlintrc.json');
  const copy = join(root, '.oxlintrc.json');
  cpSync(file, copy);
  return { settings: JSON.parse(readFileSync(file, 'utf8')) as Settings, copy };
}
