import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

import { repositoryRoot } from '../../deploy/local/place.js';

/** Names of types and providers that lead to private keys of a service. */
const PRIVATE = /\b(Keyring|FileKeyring|KEYRING)\b/;

/**
 * Classes whose constructor names the private keyring, itself or in the options that it takes: whatever such a class
 * does, it could do with every key.
 */
function holdersIn(text: string): readonly string[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const options = new Map<string, string>();
  const classes: ts.ClassDeclaration[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) options.set(node.name.text, node.getText());
    if (ts.isClassDeclaration(node)) classes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return classes.flatMap((each) => {
    const parameters = each.members.filter(ts.isConstructorDeclaration).flatMap(({ parameters: all }) => [...all]);
    const named = parameters.map((parameter) => {
      const words = parameter.getText();
      const types = [...options].filter(([name]) => new RegExp(`\\b${name}\\b`).test(words));
      return [words, ...types.map(([, declaration]) => declaration)].join('\n');
    });
    return named.some((words) => PRIVATE.test(words)) ? [each.name?.text ?? 'a class without a name'] : [];
  });
}

const files = globSync('{apps,libs}/*/src/**/*.ts', { cwd: repositoryRoot }).filter(
  (file) => !file.endsWith('.spec.ts'),
);
const holders = files.flatMap((file) =>
  holdersIn(readFileSync(join(repositoryRoot, file), 'utf8')).map((name) => ({ file, name })),
);

describe('the private keyring', () => {
  it('can be given to seven classes at most', () => {
    expect(holders.length).toBeGreaterThan(1);
    expect(holders.map(({ name }) => name).slice(7)).toEqual([]);
  });

  it('can be given to nothing but the cryptography itself, the keys of a service, and its messages', () => {
    const rooms = /^libs\/(sealing\/src\/server|service\/src\/(keys|messaging))\//;
    expect(holders.filter(({ file }) => !rooms.test(file))).toEqual([]);
  });

  it.each([
    'class A { constructor(private readonly keyring: Keyring) {} }',
    'class A { constructor(@Inject(KEYRING) keys: unknown) {} }',
    "class A { constructor(private readonly keys: Pick<Keyring, 'dayKey'>) {} }",
    'interface Options { readonly keyring: Keyring } class A { constructor(private readonly options: Options) {} }',
  ])('is noticed in %s', (text) => expect(holdersIn(text)).toEqual(['A']));

  it('is not seen where there is none', () => {
    expect(holdersIn('class A { constructor(private readonly pseudonyms: Pseudonyms) {} }')).toEqual([]);
  });
});
