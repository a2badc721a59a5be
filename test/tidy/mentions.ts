import { globSync } from 'node:fs';
import { join, relative } from 'node:path';

import ts from 'typescript';

import { repositoryRoot } from '../../deploy/local/layout.js';

/** A place in the code that names something, and the declaration of that thing, even if it is renamed there. */
export interface Mention {
  readonly file: string;
  readonly node: ts.Node;
  /** The declared name. */
  readonly name: string;
  /** The interface, class or namespace that declares it; empty for a top-level declaration. */
  readonly owner: string;
  /** The file that declares it. */
  readonly from: string;
}

/** Sources with their types. Paths are relative to the root of the repository. */
export class CheckedSources {
  readonly checker: ts.TypeChecker;
  private readonly sources: ReadonlyMap<string, ts.SourceFile>;

  /** @param planted texts of files that do not exist, by their paths */
  constructor(files: readonly string[], planted: Readonly<Record<string, string>> = {}) {
    const texts = new Map(Object.entries(planted).map(([file, text]) => [join(repositoryRoot, file), text]));
    const options = compilerOptions();
    const host = ts.createCompilerHost(options, true);
    const read = { getSourceFile: host.getSourceFile.bind(host), fileExists: host.fileExists.bind(host) };
    host.fileExists = (path) => texts.has(path) || read.fileExists(path);
    host.getSourceFile = (path, version, onError) => {
      const text = texts.get(path);
      if (text !== undefined) return ts.createSourceFile(path, text, version, true);
      return read.getSourceFile(path, version, onError);
    };
    const all = [...files, ...Object.keys(planted)];
    const rootNames = all.map((file) => join(repositoryRoot, file));
    const program = ts.createProgram({ rootNames, options, host });
    this.checker = program.getTypeChecker();
    this.sources = new Map(
      all.flatMap((file) => {
        const source = program.getSourceFile(join(repositoryRoot, file));
        return source === undefined ? [] : [[file, source]];
      }),
    );
  }

  /** Every node of the files, outer nodes first. */
  *nodes(): Generator<{ readonly file: string; readonly node: ts.Node }> {
    for (const [file, source] of this.sources) for (const node of within(source)) yield { file, node };
  }

  /** @param isAsked selects by its text which words are looked up; absent: every word */
  *mentions(isAsked: (text: string) => boolean = () => true): Generator<Mention> {
    for (const { file, node } of this.nodes()) {
      if (!(ts.isIdentifier(node) || ts.isStringLiteralLike(node)) || !isAsked(node.text)) continue;
      for (const symbol of this.symbolsAt(node))
        yield* this.declarationsOf(symbol).map((at) => ({ file, node, ...at }));
    }
  }

  /** The declarations of a symbol, resolved through imports and re-exports. */
  declarationsOf(symbol: ts.Symbol): readonly Pick<Mention, 'name' | 'owner' | 'from'>[] {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const declared = isAlias ? this.checker.getAliasedSymbol(symbol) : symbol;
    return (declared.declarations ?? []).map((declaration) => ({
      name: declared.name,
      owner: ownerOf(declaration),
      from: relative(repositoryRoot, declaration.getSourceFile().fileName),
    }));
  }

  private symbolsAt(node: ts.Identifier | ts.StringLiteralLike): readonly ts.Symbol[] {
    const { checker } = this;
    const { parent } = node;
    const property = (type: ts.Type): ts.Symbol | undefined => checker.getPropertyOfType(type, node.text);
    const found = [checker.getSymbolAtLocation(node)];
    // `const { env: x } = process` and `({ env: x } = process)`
    if (ts.isBindingElement(parent) && (parent.propertyName ?? parent.name) === node)
      found.push(property(checker.getTypeAtLocation(parent.parent)));
    const assigned = assignedFrom(parent);
    if (assigned !== undefined) found.push(property(checker.getTypeAtLocation(assigned)));
    if (ts.isShorthandPropertyAssignment(parent)) found.push(checker.getShorthandAssignmentValueSymbol(parent));
    if (ts.isElementAccessExpression(parent) && parent.argumentExpression === node)
      found.push(property(checker.getTypeAtLocation(parent.expression)));
    return [...new Set(found.filter((symbol) => symbol !== undefined))];
  }
}

/** Files of the product that match a pattern, without tests. */
export function productFiles(pattern = '{apps,libs}/*/src/**/*.ts'): readonly string[] {
  return globSync(pattern, { cwd: repositoryRoot }).filter((file) => !file.endsWith('.spec.ts'));
}

/** True for a string literal, and for a part of a template between its values. */
export function isText(
  node: ts.Node,
): node is ts.StringLiteralLike | ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

/** The location in a form that a person can find. */
export function locationOf({ file, node }: Pick<Mention, 'file' | 'node'>): string {
  const source = node.getSourceFile();
  return `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${node.getText()}`;
}

function* within(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* within(child);
}

/** The value from which a pattern on the left of an assignment takes its properties. */
function assignedFrom(property: ts.Node): ts.Expression | undefined {
  if (!(ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property))) return undefined;
  const { parent: pattern } = property;
  const { parent: assignment } = pattern;
  const isAssigned = ts.isBinaryExpression(assignment) && assignment.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return isAssigned && assignment.left === pattern ? assignment.right : undefined;
}

function ownerOf(declaration: ts.Declaration): string {
  for (let node: ts.Node | undefined = declaration.parent; node !== undefined; node = node.parent) {
    if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isTypeAliasDeclaration(node))
      return node.name?.text ?? '';
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) return node.name.text;
    if (ts.isSourceFile(node) || ts.isBlock(node)) return '';
  }
  return '';
}

function compilerOptions(): ts.CompilerOptions {
  const file = join(repositoryRoot, 'tsconfig.json');
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (): void => undefined };
  return ts.getParsedCommandLineOfConfigFile(file, {}, host)?.options ?? {};
}
