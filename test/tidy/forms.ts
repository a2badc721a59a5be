import ts from 'typescript';

import { type CheckedSources, isText, type Mention } from './mentions.js';

type CodeLocation = Pick<Mention, 'file' | 'node'>;

const language = /\/lib\.(es|dom)[\w.]*\.d\.ts$|node_modules\/@types\/node\//;
const whole: ReadonlySet<string> = new Set(['globalThis', 'global', 'window', 'self', 'frames', 'parent', 'top']);
/** Tables of the libraries, which a service changes only through the libraries. */
const TABLES = new RegExp(
  '\\b(into|from|update|join|only|table|truncate)\\s+"?' +
    '(outbox\\w*|relay_cursor|sent_mark|applied_offset|crash_loop_guard|night|record|turn|staff|city)\\b',
  'i',
);

const STATEMENT =
  /^\s*(select|insert|update|delete|with|truncate|lock|copy)\b[^;]*\b(from|into|set|select|table|in)\b/i;
const TRANSACTION = /^\s*(begin|commit|rollback|savepoint|abort|start\s+transaction)\b(?!-)/i;

/** Code that reaches anything by a name that is computed at run time, so that no rule can look it up. */
export function unreadable(sources: CheckedSources): readonly CodeLocation[] {
  return [...sources.nodes()].filter(
    ({ node }) => isComputedImport(node) || isWhole(sources, node) || makesCode(sources, node) || isReflected(node),
  );
}

/** Statements of a service on tables of a library. */
export function foreignTables(sources: CheckedSources): readonly CodeLocation[] {
  return textsLike(sources, TABLES);
}

/** Statements outside of repositories and migrations, and text anywhere that begins or ends a transaction. */
export function strayStatements(sources: CheckedSources): readonly CodeLocation[] {
  const stray = textsLike(sources, STATEMENT).filter(({ file }) => !/\.repository\.ts$|\/migrations\//.test(file));
  return [...stray, ...textsLike(sources, TRANSACTION)];
}

function textsLike(sources: CheckedSources, pattern: RegExp): readonly CodeLocation[] {
  return [...sources.nodes()].filter(({ node }) => isText(node) && pattern.test(node.text));
}

function isComputedImport(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return false;
  const [specifier] = node.arguments;
  return specifier === undefined || !ts.isStringLiteralLike(specifier);
}

/**
 * True for the global object as a whole, from which members can be taken by computed names. A named member is looked
 * up.
 */
function isWhole(sources: CheckedSources, node: ts.Node): boolean {
  if (!ts.isIdentifier(node) || !whole.has(node.text) || !isGlobal(sources, node)) return false;
  const { parent } = node;
  if (ts.isTypeQueryNode(parent) || ts.isModuleDeclaration(parent)) return false;
  const isOwner = ts.isPropertyAccessExpression(parent) && parent.expression === node;
  return !isOwner || whole.has(parent.name.text);
}

function makesCode(sources: CheckedSources, node: ts.Node): boolean {
  if (ts.isIdentifier(node) && node.text === 'eval') return isGlobal(sources, node);
  const isMade = ts.isNewExpression(node) || ts.isCallExpression(node);
  if (!isMade) return false;
  const { expression } = node;
  if (ts.isIdentifier(expression) && expression.text === 'Function') return isGlobal(sources, expression);
  return ts.isPropertyAccessExpression(expression) && expression.name.text === 'constructor';
}

/** True for `Reflect.get(anything, name)` and the like. */
function isReflected(node: ts.Node): boolean {
  if (!ts.isIdentifier(node) || node.text !== 'Reflect') return false;
  const { parent } = node;
  return !(ts.isPropertyAccessExpression(parent) && parent.name.text === 'ownKeys');
}

function isGlobal(sources: CheckedSources, node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return isGlobalOf(sources, parent);
  const symbol = sources.checker.getSymbolAtLocation(node);
  if (symbol === undefined || node.text === 'globalThis') return node.text === 'globalThis';
  const declarations = sources.declarationsOf(symbol);
  return declarations.length > 0 && declarations.every(({ from, owner }) => language.test(from) && owner === '');
}

/** True for `window.self` and the like. */
function isGlobalOf(sources: CheckedSources, { expression, name }: ts.PropertyAccessExpression): boolean {
  if (!ts.isIdentifier(expression)) return false;
  return whole.has(expression.text) && whole.has(name.text) && isGlobal(sources, expression);
}
