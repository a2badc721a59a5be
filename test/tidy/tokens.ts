import ts from 'typescript';

import type { CheckedSources, Mention } from './mentions.js';

type CodeLocation = Pick<Mention, 'file' | 'node'>;

const nest = /node_modules\/@nestjs\//;
/** Properties of a provider under which Nest is told a token, or a list of them. */
const properties: ReadonlySet<string> = new Set(['provide', 'useExisting', 'inject']);

/**
 * Tokens of Nest that are texts, or symbols that anybody can have who knows a text: no import tells who has them.
 * Nest's own, which are texts under names that it exports, are for the doors.
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

/** `Inject` of Nest, by whatever name; and what else asks for a token. */
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

/** Without `as …`, `!` and brackets, under which a text passes for something else. */
function bare(expression: ts.Expression): ts.Expression {
  const isDressed =
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isNonNullExpression(expression) ||
    ts.isParenthesizedExpression(expression) ||
    ts.isTypeAssertionExpression(expression);
  return isDressed ? bare(expression.expression) : expression;
}
