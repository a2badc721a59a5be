import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { isText } from './mentions.js';

const services = '{intake,eligibility,payments,notification}';
const SQL = /\b(select|insert|update|delete|create|alter|drop|with)\b[^;]*\b(from|into|set|table|index|as|where)\b/i;

/** Finds the faults in a file of a kind that holds no rule; each finding has the code that it concerns. */
type Judge = (source: ts.SourceFile) => readonly string[];

/** A module names classes and settings. It passes domain rules on, and neither calls one nor decides anything. */
const amissInModule: Judge = (source) => {
  const rules = rulesOfDomain(source);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (isDecision(node)) found.push(`decides: ${node.getText()}`);
    if (ts.isIdentifier(node) && rules.has(node.text) && !isHandedOn(node)) found.push(`calls: ${node.text}`);
    if (isText(node) && SQL.test(node.text)) found.push(`SQL: ${node.text}`);
    if (ts.isPropertyAccessExpression(node) && /^(query|transaction|withTx)$/.test(node.name.text))
      found.push(`transaction: ${node.getText()}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

function isDecision(node: ts.Node): boolean {
  return (
    ts.isBinaryExpression(node) ||
    ts.isConditionalExpression(node) ||
    ts.isPrefixUnaryExpression(node) ||
    ts.isIfStatement(node) ||
    ts.isSwitchStatement(node) ||
    ts.isIterationStatement(node, false) ||
    ts.isTryStatement(node)
  );
}

/** The values that the file imports from a domain. */
function rulesOfDomain(source: ts.SourceFile): ReadonlySet<string> {
  const imports = source.statements.filter(ts.isImportDeclaration);
  const ofDomain = imports.filter(({ moduleSpecifier }) => /\/domain\//.test(moduleSpecifier.getText()));
  return new Set(
    ofDomain.flatMap(({ importClause }) => {
      const { name, namedBindings, phaseModifier } = importClause ?? {};
      if (phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
      const named = namedBindings === undefined || ts.isNamespaceImport(namedBindings) ? [] : namedBindings.elements;
      const whole = namedBindings !== undefined && ts.isNamespaceImport(namedBindings) ? [namedBindings.name.text] : [];
      return [
        ...(name === undefined ? [] : [name.text]),
        ...named.filter(({ isTypeOnly }) => !isTypeOnly).map((each) => each.name.text),
        ...whole,
      ];
    }),
  );
}

/** True if the rule is an argument of a named function: `map` would call it, and another name would hide it. */
function isHandedOn(rule: ts.Identifier): boolean {
  const { parent } = rule;
  return ts.isCallExpression(parent) && ts.isIdentifier(parent.expression) && parent.arguments.includes(rule);
}

/** `main.ts` starts the module, in its one statement. */
const amissInMain: Judge = (source) => {
  const statements = source.statements.filter((statement) => !ts.isImportDeclaration(statement));
  const texts = statements.map((statement) => statement.getText());
  return texts.length === 1 && /^await runService\(\w+, \w+Module\);$/.test(texts[0] ?? '') ? [] : texts;
};

/** An `index.ts` only re-exports: it has no code of its own. */
const amissInIndex: Judge = (source) =>
  source.statements
    .filter((statement) => !(ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined))
    .map((statement) => statement.getText());

function judged(judge: Judge, text: string): readonly string[] {
  return judge(ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true));
}

function amiss(judge: Judge, pattern: string, atLeast: number): readonly string[] {
  const files = globSync(`apps/${services}/src/${pattern}`, { cwd: repositoryRoot });
  expect(files.length).toBeGreaterThanOrEqual(atLeast);
  return files.flatMap((file) =>
    judged(judge, readFileSync(join(repositoryRoot, file), 'utf8')).map((what) => `${file}: ${what}`),
  );
}

describe('a module', () => {
  it('only wires', () => expect(amiss(amissInModule, '**/*.module.ts', 8)).toEqual([]));

  const domain = `import { isOver } from './domain/ending.js';\n`;
  it.each([
    `${domain}export const kinds = (body: string) => isOver(body);`,
    `${domain}export const kinds = { isOver };`,
    `${domain}export const judge = isOver;`,
    `${domain}export const kinds = [kindOf((body) => isOver(body))];`,
    `${domain}export const kinds = kindOf(isOver(today));`,
    `${domain}export const over = bodies.filter(isOver);`,
    `import * as ending from './domain/ending.js';\nexport const kinds = (body: string) => ending.isOver(body);`,
    `import { isOver as ended } from '../domain/ending.js';\nexport const kinds = ended(1);`,
    'export const textKind = kindOf(({ day }, today) => day + 7 < today);',
    `export const kind = (profile: Profile) => (profile.isShort ? short : long);`,
    `export const kinds = (profile: Profile) => { if (profile.isShort) return []; return [long]; };`,
    'const statement = `select body from record where id = $1`;',
    "const statement = 'DELETE FROM record WHERE id = $1';",
    'export const ready = (pool: Pool) => pool.query(statement);',
    'export const ready = (bus: Transactions) => bus.transaction(work);',
  ])('would be noticed with %s', (text) => expect(judged(amissInModule, text)).not.toEqual([]));

  it('may hand a rule of the domain on', () => {
    expect(judged(amissInModule, `${domain}export const kinds = [kindOf(clocks, isOver)];`)).toEqual([]);
  });
});

describe('main.ts', () => {
  it('starts the module of its service', () => expect(amiss(amissInMain, 'main.ts', 4)).toEqual([]));

  it.each([
    `await runService(intake, IntakeModule);\nsetInterval(() => undefined, 1_000);`,
    `await serve(intake, IntakeModule);`,
    `runService(intake, IntakeModule).catch(() => undefined);`,
    `await runService(intake, await chosen());`,
    `const module = IntakeModule;\nawait runService(intake, module);`,
  ])('would be noticed with %s', (text) => expect(judged(amissInMain, text)).not.toEqual([]));
});

describe('the front door of a folder', () => {
  it('only says again what is inside', () => expect(amiss(amissInIndex, '**/index.ts', 6)).toEqual([]));

  it.each([
    'export const limit = 3;',
    `import { a } from './a.js';\nexport { a };`,
    `export function a(): void {}`,
    `import './a.js';`,
    'export {};',
    `export default 1;`,
  ])('would be noticed with %s', (text) => expect(judged(amissInIndex, text)).not.toEqual([]));
});
