import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

import { CheckedSources, type Mention, locationOf, productFiles } from './mentions.js';

const language = /node_modules\/typescript\/lib\/lib\.es[\w.]*\.d\.ts$/;
/** Global objects of which only some members may be used, and never the object itself. */
const whole: Readonly<Record<string, RegExp>> = {
  Date: /^(UTC|parse)$/,
  Math: /^(?!random$)/,
  Intl: /^(DateTimeFormat|NumberFormat)$/,
};
/** Names that reach anything by a computed name, or let time pass. */
const never =
  /^(constructor|globalThis|eval|Function|Reflect|Proxy|WeakRef|FinalizationRegistry|Atomics|SharedArrayBuffer)$/;
/** Members that depend on the machine's time zone or language. */
const local = /^(toLocale\w*|getTimezoneOffset|(get|set)(FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds))$/;
/** Constructors that depend on the present time or the time zone if they get fewer arguments than this. */
const told: Readonly<Record<string, number>> = { Date: 1, DateTimeFormat: 2 };

/** Names by which a domain uses something other than its own code and the deterministic part of the language. */
function impure(sources: CheckedSources): readonly Mention[] {
  const found = [...sources.mentions()].filter((mention) => !isInType(mention.node) && isImpure(mention));
  for (const { file, node } of sources.nodes()) {
    const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    if (isDynamic || ts.isMetaProperty(node) || isGlobalThis(node) || isComputed(sources, node))
      found.push({ file, node, name: node.getText(), owner: '', from: '' });
  }
  return found;
}

function isGlobalThis(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === 'globalThis';
}

/** True for `Date[name]`, whose member is unknown. */
function isComputed({ checker }: CheckedSources, node: ts.Node): boolean {
  if (!ts.isElementAccessExpression(node) || ts.isStringLiteralLike(node.argumentExpression)) return false;
  const { symbol } = checker.getTypeAtLocation(node.expression) as { symbol?: ts.Symbol };
  return symbol !== undefined && /^(Date|Math|Intl)(Constructor)?$/.test(symbol.name);
}

function isImpure({ node, name, owner, from }: Mention): boolean {
  if (/^apps\/[^/]+\/src\/(.+\/)?domain\//.test(from)) return false;
  if (!language.test(from)) return true;
  if (never.test(name) || (owner === 'Date' && local.test(name)) || name.startsWith('toLocale')) return true;
  const members = whole[owner.replace(/Constructor$/, '')];
  if (owner !== '' && owner !== 'Date' && members !== undefined && !members.test(name)) return true;
  if (owner === 'DateConstructor' && !/^(UTC|parse)$/.test(name)) return true;
  return Object.hasOwn(whole, name) && !isPartly(node, name);
}

/** True for an allowed member, and for `new` with enough arguments. */
function isPartly(node: ts.Node, name: string): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node) return isMade(parent);
  if (ts.isElementAccessExpression(parent) && parent.expression === node) return true;
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword;
  return ts.isNewExpression(parent) && parent.expression === node && isToldAll(parent, name);
}

function isMade(member: ts.PropertyAccessExpression): boolean {
  const { parent } = member;
  if (!Object.hasOwn(told, member.name.text)) return true;
  return ts.isNewExpression(parent) && parent.expression === member && isToldAll(parent, member.name.text);
}

function isToldAll(made: ts.NewExpression, name: string): boolean {
  const given: readonly ts.Node[] = made.arguments ?? [];
  const isSpread = given.some((each) => ts.isSpreadElement(each));
  return !isSpread && given.length >= (told[name] ?? 0);
}

function isInType(node: ts.Node): boolean {
  for (let { parent } = node; parent !== undefined; parent = parent.parent) {
    if (ts.isTypeNode(parent) && !ts.isExpressionWithTypeArguments(parent)) return true;
    if (ts.isStatement(parent)) return ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent);
  }
  return false;
}

/** Each is refused in a domain. */
const refused: readonly string[] = [
  'export const now = Date.now();',
  `export const now = Date['now']();`,
  'export const now = Date[`now`]();',
  'export const { now } = Date;',
  'export const { now: clock } = Date;',
  'export const now = new Date();',
  'export const now = new Date;',
  'export const now = Date();',
  'const D = Date;\nexport const now = new D();',
  'export const of = (...parts: [] | [number]) => new Date(...(parts as [number]));',
  `export const of = (name: 'now') => Date[name]();`,
  'export const now = globalThis.Date.now();',
  `export const now = globalThis['Date'].now();`,
  'export const now = Reflect.construct(Date, []);',
  'export const now = [].map(Date);',
  'export const chance = Math.random();',
  `export const chance = Math['random']();`,
  'export const { random } = Math;',
  'const M = Math;\nexport const chance = M.random();',
  'export const chance = window.Math.random();',
  'export const ms = performance.now();',
  'export const { now } = performance;',
  'export const id = crypto.randomUUID();',
  'export const id = globalThis.crypto.randomUUID();',
  `export const page = fetch('http://localhost');`,
  'export const page = globalThis.fetch;',
  'setTimeout(() => undefined, 1);',
  'export const later = setTimeout;',
  'setInterval(() => undefined, 1);',
  'setImmediate(() => undefined);',
  'queueMicrotask(() => undefined);',
  'export const { pid } = process;',
  `export const bytes = Buffer.from('x');`,
  `console.log('x');`,
  `export const url = new URL('http://localhost');`,
  'export const here = import.meta.url;',
  `export const fs = await import('node:fs');`,
  `import { readFileSync } from 'node:fs';\nexport const text = readFileSync('x');`,
  `import { Injectable } from '@nestjs/common';\n@Injectable()\nexport class A {}`,
  `import { sql } from '#libs/database';\nexport const all = sql;`,
  `export const f = eval('Date');`,
  `export const f = Function('return Date.now()');`,
  `export const f = new Function('return Date.now()');`,
  `export const f = (() => undefined).constructor('return Date.now()');`,
  'export const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;',
  `export const hours = new Date(0).getHours();`,
  `export const text = new Date(0).toLocaleString();`,
  'export const wait = (a: Int32Array) => Atomics.wait(a, 0, 0);',
];

/** Each is allowed in a domain. */
const allowed: readonly string[] = [
  'export const day = new Date(86_400_000).toISOString().slice(0, 10);',
  `export const ms = Date.parse('2026-01-01T00:00:00.000Z');`,
  'export const most = Math.max(...[1, 2].map(Math.abs));',
  `export const clock = new Intl.DateTimeFormat('en', { timeZone: 'UTC' }).format(new Date(0));`,
  'export const text = (3n).toString();',
  'export const isDate = (value: unknown): value is Date => value instanceof Date;',
  'export const all = new Map<string, readonly number[]>(Object.entries({ a: [1] }));',
];

const planted = (kind: string, texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(texts.map((text, at) => [`apps/payments/src/domain/${kind}-${at}.ts`, text]));

describe('the domain', () => {
  const plants = { refused: planted('refused', refused), allowed: planted('allowed', allowed) };
  const files = productFiles('apps/*/src/**/domain/**/*.ts');
  const found = impure(new CheckedSources(files, Object.fromEntries([...plants.refused, ...plants.allowed])));

  it('reaches nothing but itself and the language', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(found.filter(({ file }) => !plants.refused.has(file) && !plants.allowed.has(file)).map(locationOf)).toEqual(
      [],
    );
  });

  it.each([...plants.refused])('is noticed in %s with %s', (name) => {
    expect(found.filter(({ file }) => file === name)).not.toEqual([]);
  });

  it.each([...plants.allowed])('may, in %s, do %s', (name) => {
    expect(found.filter(({ file }) => file === name).map(locationOf)).toEqual([]);
  });
});
