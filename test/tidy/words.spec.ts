import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

/** A word that the project no longer uses, and the word of the glossary that replaces it. */
interface RetiredWord {
  /** Matches text whose names are cut into words: `maySettle` and `may_settle` are both `may settle`. */
  readonly old: RegExp;
  readonly use: string;
  /** Files that keep the old word, because it is on the wire or in a record, with the number of its occurrences. */
  readonly wire?: Readonly<Record<string, number>>;
}

const KEYRING = 'libs/sealing/src/server/keyring';

const retired: readonly RetiredWord[] = [
  {
    old: /\bstr(uck|ikes?|iking)\b/g,
    use: 'revoked',
    // Fields of the keyring file.
    wire: {
      'libs/sealing/src/server/envelope/resign.ts': 2,
      [`${KEYRING}/destroyed-keys.spec.ts`]: 5,
      [`${KEYRING}/file-keyring.ts`]: 1,
      [`${KEYRING}/keyring-description.ts`]: 3,
      [`${KEYRING}/keyring-identities.spec.ts`]: 2,
      [`${KEYRING}/keyring-identities.ts`]: 3,
      [`${KEYRING}/keyring-state.spec.ts`]: 1,
      [`${KEYRING}/keyring-state.ts`]: 6,
    },
  },
  {
    old: /\b(record (opener|header|address|target|overhead bytes|parts)|expected record|split record)\b/g,
    use: 'envelope',
    // A label under which headers are signed.
    wire: {
      'libs/sealing/src/server/envelope/envelope-address.spec.ts': 1,
      'libs/sealing/src/server/envelope/envelope-header.ts': 1,
    },
  },
  {
    old: /\bstubs?\b/g,
    use: 'decision trace',
    // The field of the contract.
    wire: {
      'apps/eligibility/src/outgoing.ts': 1,
      'apps/eligibility/test/review.it.spec.ts': 1,
      'apps/payments/src/disbursement/on-grant-awarded.ts': 2,
      'apps/payments/test/support.ts': 1,
      'docs/data-flows.md': 8,
      'libs/bus/test/support.ts': 1,
      'libs/contracts/src/eligibility/grant-awarded.v1.ts': 1,
      'libs/contracts/test/examples.ts': 1,
    },
  },
  {
    old: /(?<!pick up )(?<!city household )\bdesks?\b/g,
    use: 'Amparo, service or pick-up desk',
    // A word that no text to a phone may contain.
    wire: { 'apps/notification/src/domain/text.spec.ts': 1 },
  },
  { old: /\bhandle of( sync)?\b|\beligibility handle\b/g, use: 'household reference' },
  { old: /\b(settle case|may settle)\b/g, use: 'resolve, for a case' },
  { old: /\bsaid grants?\b/g, use: 'announced or published' },
  { old: /\b(take due|taken at once|take all|taken message)\b/g, use: 'claim or apply' },
  { old: /\b(keeping|read keeping)\b/g, use: 'retention' },
  { old: /\bturn days\b/g, use: 'roll days' },
  { old: /\bplace at\b|\blocal\/place\b/g, use: 'layout' },
  { old: /\bbrak(e|es|ed|ing)\b/g, use: 'circuit breaker' },
  { old: /\bjoiners?\b/g, use: 'fetch coalescer' },
  { old: /\bbells?\b/g, use: 'signal' },
  { old: /\bheart\b/g, use: 'heartbeat' },
  { old: /\b(kept (body|message)|later worker)\b/g, use: 'inbox or delayed message' },
  { old: /\bpurses?\b/g, use: 'pending ledger change' },
  { old: /\bsittings?\b/g, use: 'batch' },
  {
    old: /\bslots?\b/g,
    use: 'instrument',
    // Fields of the record of a household.
    wire: { 'apps/payments/src/disbursement/household-body.repository.ts': 4 },
  },
  { old: /\bcareful\b/g, use: 'inquire first' },
  { old: /\bways? to be paid\b/g, use: 'payout method' },
];

/** Both say which words were replaced. */
const unchecked: readonly string[] = ['docs/glossary.md', 'CHANGELOG.md'];

const self = 'test/tidy/words.spec.ts';
const files = globSync(
  ['*.{md,yml,json,mjs,cjs,js}', '{apps,libs,deploy,test,docs}/**/*.{ts,mjs,cjs,js,json,md,yml}'],
  {
    cwd: repositoryRoot,
    exclude: ['node_modules', 'dist', '**/node_modules', '**/dist', 'package-lock.json'],
  },
).filter((file) => file !== self && !unchecked.some((start) => file.startsWith(start)));

/** The text with its names cut into lower-case words. */
function cutIntoWords(text: string): string {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase();
}

function occurrences(text: string, { old }: RetiredWord): number {
  return cutIntoWords(text).match(old)?.length ?? 0;
}

describe('the words of the glossary', () => {
  const texts = new Map(files.map((file) => [file, readFileSync(join(repositoryRoot, file), 'utf8')]));

  it.each(retired.map((word) => [word.use, word] as const))('%s: no file uses the retired word', (_use, word) => {
    const counts = [...texts].map(([file, text]) => [file, occurrences(text, word)] as const);
    expect(Object.fromEntries(counts.filter(([, count]) => count > 0))).toEqual(word.wire ?? {});
    expect(files.length).toBeGreaterThan(500);
  });

  it.each<[string, string]>([
    ['revoked', 'ring.strikeIdentity(keyId)'],
    ['revoked', '// What was struck stays.'],
    ['envelope', 'const opener = new RecordOpener();'],
    ['decision trace', 'const stubs = [];'],
    ['Amparo, service or pick-up desk', "name: 'desk_bus_parked'"],
    ['Amparo, service or pick-up desk', 'The desk is closed.'],
    ['household reference', 'handleOf(commandKey)'],
    ['resolve, for a case', 'maySettle(state)'],
    ['announced or published', 'type SaidGrant = never;'],
    ['claim or apply', 'this.texts.takeDue(tx)'],
    ['retention', 'interface Keeping {}'],
    ['roll days', 'turnDays(state)'],
    ['layout', 'placeAt(root)'],
    ['circuit breaker', 'the brake is on'],
    ['fetch coalescer', 'new Joiner()'],
    ['signal', 'bell.ring()'],
    ['heartbeat', 'readonly heart: Heart;'],
    ['inbox or delayed message', 'kept_body'],
    ['pending ledger change', 'purse.take()'],
    ['batch', 'one sitting'],
    ['instrument', 'slots: []'],
    ['inquire first', 'isCareful'],
    ['payout method', 'a way to be paid'],
  ])('%s: finds what is planted: %s', (use, planted) => {
    const word = retired.find((each) => each.use === use);
    expect(word && occurrences(planted, word)).toBeGreaterThan(0);
  });

  it.each<[string, string]>([
    ['Amparo, service or pick-up desk', 'at the pick-up desk'],
    ['heartbeat', 'heartbeat()'],
    ['layout', 'in place of'],
    ['household reference', 'handle(deliveries)'],
  ])('%s: lets pass what is not the retired word: %s', (use, allowed) => {
    const word = retired.find((each) => each.use === use);
    expect(word && occurrences(allowed, word)).toBe(0);
  });
});
