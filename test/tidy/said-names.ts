import ts from 'typescript';
import { parse } from 'yaml';

/** Tables and columns on the generated page of the databases. */
export function tableNames(page: string): readonly string[] {
  return [...page.matchAll(/^(?:### |- `)(\w+)/gm)].map(([, name = '']) => name);
}

/** Routes, parameters, headers, and the fields of bodies and answers, in an OpenAPI page. Classes are code. */
export function apiNames(page: string): readonly string[] {
  const { paths = {}, components } = parse(page) as { paths?: object; components?: unknown };
  return [...Object.keys(paths), ...fieldNames(paths), ...fieldNames(components)];
}

function fieldNames(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const names = key === 'properties' || key === 'headers' ? Object.keys(inner as object) : [];
    const parameter = key === 'name' && typeof inner === 'string' ? [inner] : [];
    return [...names, ...parameter, ...fieldNames(inner)];
  });
}

const metricClasses = new Set(['Counter', 'Gauge', 'Histogram', 'Summary']);

/** Metrics and their labels in a source: `new Counter({ name, labelNames })`, `gauge(name, …)`. */
export function metricNames(source: string): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && metricClasses.has(node.expression.getText())) {
      for (const argument of node.arguments ?? []) names.push(...textsIn(argument, ['name', 'labelNames']));
    }
    if (ts.isCallExpression(node) && /(^|\.)gauge$/i.test(node.expression.getText())) {
      const [name] = node.arguments;
      if (name !== undefined && ts.isStringLiteralLike(name)) names.push(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('metrics.ts', source, ts.ScriptTarget.Latest, true));
  return names;
}

/** The string literals of these properties of an object literal. */
function textsIn(node: ts.Node, properties: readonly string[]): readonly string[] {
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((property) => {
    if (!ts.isPropertyAssignment(property) || !properties.includes(property.name.getText())) return [];
    const texts: string[] = [];
    const visit = (inner: ts.Node): void => {
      if (ts.isStringLiteralLike(inner)) texts.push(inner.text);
      ts.forEachChild(inner, visit);
    };
    visit(property.initializer);
    return texts;
  });
}

/** Every sentence in a source: string literals of more than one word. */
export function sentencesIn(source: string): readonly string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && node.text.includes(' ')) texts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('texts.ts', source, ts.ScriptTarget.Latest, true));
  return texts;
}
