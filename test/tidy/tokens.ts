import ts from 'typescript';

import type { CheckedSources, Mention } from './mentions.js';

type CodeLocation = Pick<Mention, 'file' | 'node'>;

const nest = /node_modules\/@nestjs\//;
/** The properties of a provider that hold a token or a list of tokens. */
const properties: ReadonlySet<string> = new Set(['provide', 'useExisting', 'inject']);

/**
 * Tokens of Nest that are strings, or symbols that everybody who knows a text can get: no import shows who uses them.
 * Nest's own tokens are strings with exported names; the door rules cover them.
 */
export function nameless(sources: CheckedSources): readonly CodeLocation[] {
  const found: CodeLocation[] = [];
  for (const { file, node } of sources.nodes())
    for (const token of tokensOf(sources, node)) if (isNameless(sources, token)) found.push({ file, node: token });
  return found;
}

function tokensOf(sources: CheckedSources, node: ts.Node): readonly ts.Expression[] {
  if (ts.isCallExpression(node)) return isInject(sources, node.expression) ? node.arguments : [];
  if (ts.isShorthandPropertyAssignment(node)) return properties.has(node.name.text) ? [node.name] : [];
  if (!ts.isPropertyAssignment(node)) return [];
  const name = ts.isIdentifier(node.name) || ts.isStringLiteralLike(node.name) ? node.name.text : '';
  if (!properties.has(name)) return [];
  const value = bare(node.initializer);
  return ts.isArrayLiteralExpression(value) ? value.elements.map(tokenIn) : [value];
}

/** `{ token: …, optional: true }` */
function tokenIn(element: ts.Expression): ts.Expression {
  if (ts.isSpreadElement(element)) return element.expression;
  if (!ts.isObjectLiteralExpression(element)) return element;
  const token = element.properties.find((each) => each.name?.getText() === 'token');
  return token !== undefined && ts.isPropertyAssignment(token) ? token.initializer : element;
}

/** True for Nest's `Inject` and `forwardRef`, under any name. */
function isInject(sources: CheckedSources, callee: ts.Expression): boolean {
  const named = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
  const symbol = sources.checker.getSymbolAtLocation(named);
  const declarations = symbol === undefined ? [] : sources.declarationsOf(symbol);
  return declarations.some(({ name, from }) => nest.test(from) && /^(Inject|forwardRef)$/.test(name));
}

function isNameless(sources: CheckedSources, expression: ts.Expression): boolean {
  const token = bare(expression);
  if (isOfNest(sources, token)) return false;
  const { checker } = sources;
  const type = checker.getTypeAtLocation(token);
  const isList = checker.isArrayLikeType(type);
  const told = isList ? checker.getTypeArguments(type as ts.TypeReference) : [type];
  const parts = told.flatMap((each) => (each.isUnion() ? each.types : [each]));
  return parts.some(({ flags }) => (flags & ts.TypeFlags.StringLike) !== 0) || isSymbolFor(token);
}

function isOfNest(sources: CheckedSources, token: ts.Expression): boolean {
  const symbol = ts.isIdentifier(token) ? sources.checker.getSymbolAtLocation(token) : undefined;
  return symbol !== undefined && sources.declarationsOf(symbol).some(({ from }) => nest.test(from));
}

function isSymbolFor(token: ts.Expression): boolean {
  return ts.isCallExpression(token) && /^Symbol\s*\.\s*for$/.test(token.expression.getText());
}

/** The expression without `as …`, `!` and brackets, which would hide its kind. */
function bare(expression: ts.Expression): ts.Expression {
  const isDressed =
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isNonNullExpression(expression) ||
    ts.isParenthesizedExpression(expression) ||
    ts.isTypeAssertionExpression(expression);
  return isDressed ? bare(expression.expression) : expression;
}
