import ts from 'typescript';

import { type CheckedSources, type Mention } from './mentions.js';

/** A class that can get the private keyring or a part of it. */
export interface Holder {
  readonly file: string;
  readonly name: string;
  /** The members of the keyring that it can reach, or its token. */
  readonly by: readonly string[];
}

const keyringFile = /^libs\/sealing\/src\/server\/keyring\/(file-)?keyring\.ts$/;
const tokenFile = 'libs/service/src/keys/keyring.provider.ts';
/** These members are provided separately, under `ROW_KEYS`. They open no envelope and sign nothing. */
const ROW_KEYS: ReadonlySet<string> = new Set(['rowKeys', 'ensureRowKeys', 'destroyRowKeys']);
/** Far more than any type is nested. A type that contains a new form of itself ends here. */
const DEPTH = 10;

/**
 * Classes whose constructor gets an object through which the keyring is reached, even inherited, wrapped or renamed;
 * that have such a property; or that ask for the keyring's token.
 */
export function holdersIn(sources: CheckedSources): readonly Holder[] {
  const found: Holder[] = [];
  for (const { file, node } of sources.nodes()) {
    if (!ts.isClassLike(node)) continue;
    const name = node.name?.text ?? 'a class without a name';
    const isKeyring = keyringFile.test(file) && name === 'FileKeyring';
    const by = isKeyring ? [] : partsOf(sources, node);
    if (by.length > 0) found.push({ file, name, by });
  }
  return found;
}

function partsOf(sources: CheckedSources, node: ts.ClassLikeDeclaration): readonly string[] {
  const { checker } = sources;
  const instance = checker.getTypeAtLocation(node);
  const statics = node.name === undefined ? undefined : checker.getSymbolAtLocation(node.name);
  const constructed = statics === undefined ? [] : checker.getTypeOfSymbol(statics).getConstructSignatures();
  const taken = constructed.flatMap(({ parameters }) => parameters.map((each) => checker.getTypeOfSymbol(each)));
  const kept = checker.getPropertiesOfType(instance).filter(isProperty);
  const reach = new Reach(sources);
  for (const type of [...taken, ...kept.map((each) => checker.getTypeOfSymbol(each))]) reach.look(type);
  const asks = node.members.some((member) => asksFor(sources, member));
  return [...reach.found, ...(asks ? ['KEYRING'] : [])].sort();
}

/** True for `@Inject(KEYRING)`, whatever type is written beside it. */
function asksFor(sources: CheckedSources, member: ts.Node): boolean {
  if (ts.isIdentifier(member)) {
    const symbol = sources.checker.getSymbolAtLocation(member);
    return symbol !== undefined && sources.declarationsOf(symbol).some(isToken);
  }
  return ts.forEachChild(member, (child) => asksFor(sources, child) || undefined) === true;
}

function isToken({ name, from }: Pick<Mention, 'name' | 'from'>): boolean {
  return name === 'KEYRING' && from === tokenFile;
}

function isProperty({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Property) !== 0;
}

/** Collects the members of the keyring that are reachable from some types, apart from the row keys. */
class Reach {
  readonly found = new Set<string>();
  private readonly seen = new Set<ts.Type>();

  constructor(private readonly sources: CheckedSources) {}

  look(type: ts.Type, depth = 0): void {
    if (this.seen.has(type) || depth > DEPTH) return;
    this.seen.add(type);
    const { checker } = this.sources;
    const parts = type.isUnionOrIntersection() ? type.types : argumentsOf(checker, type);
    for (const part of parts) this.look(part, depth + 1);
    for (const signature of type.getCallSignatures()) this.look(signature.getReturnType(), depth + 1);
    for (const property of checker.getPropertiesOfType(type)) this.take(property, depth);
  }

  private take(property: ts.Symbol, depth: number): void {
    const declarations = this.sources.declarationsOf(property);
    if (declarations.some(({ from }) => keyringFile.test(from)) && isOfKeyring(declarations)) {
      if (!ROW_KEYS.has(property.name)) this.found.add(property.name);
      return;
    }
    // A private member stays in its class, and the class itself is reported.
    const isOpen = (property.declarations ?? []).every((each) => isOpenOutside(each));
    const isOurs = declarations.every(({ from }) => /^(apps|libs)\//.test(from));
    if (isOpen && isOurs) this.look(this.sources.checker.getTypeOfSymbol(property), depth + 1);
  }
}

function isOfKeyring(declarations: readonly Pick<Mention, 'owner'>[]): boolean {
  return declarations.some(({ owner }) => owner === 'Keyring' || owner === 'FileKeyring');
}

function argumentsOf(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  const isReference = ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
  return isReference ? checker.getTypeArguments(type as ts.TypeReference) : [];
}

function isOpenOutside(declaration: ts.Declaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const { name } = declaration as ts.NamedDeclaration;
  return (ts.getCombinedModifierFlags(declaration) & hidden) === 0 && !(name && ts.isPrivateIdentifier(name));
}
