import { describe, expect, it } from '@jest/globals';

import { areListed, closedLists, sealedCatalogue, type CodeLists, type SealedContract } from '../index.js';
import { examples } from '../../test/examples.js';
import { markedFields } from '../testing.js';

const ofHouseholds = sealedCatalogue.filter(({ producer }) => producer === 'household') as readonly SealedContract[];

/** Fields in which a household may write what no list can hold, and what becomes of it. */
const open: Readonly<Record<string, string>> = {
  commandKey: 'a key',
  receiptKey: 'a key',
  linkToken: 'a random value',
  eligibilityLink: 'a random value',
  paymentsLink: 'a random value',
  paymentsHandle: 'a random value',
  pickupCode: 'kept as a keyed hash',
  tail: 'three symbols of the receipt',
  'contact.email': 'sealed with the contact, until nothing is sent there any more',
  'payee.payee': 'stored nowhere: there is no register',
  'payee.accountReference': 'stored nowhere: there is no register',
};

/** Lists that know every code of an example. */
const everything = Object.fromEntries(
  closedLists.map((list) => [list, { includes: () => true }]),
) as unknown as CodeLists;
const nothing = Object.fromEntries(closedLists.map((list) => [list, []])) as unknown as CodeLists;

/** Lists with every code in these payloads, and no other. */
function listsOf(...payloads: readonly object[]): CodeLists {
  const texts = payloads.flatMap((payload) =>
    [...JSON.stringify(payload).matchAll(/"([^"]*)"/g)].map(([, text = '']) => text),
  );
  return Object.fromEntries(closedLists.map((list) => [list, texts])) as unknown as CodeLists;
}

describe('a text about a person, in every field of a household that lets one pass', () => {
  it.each(ofHouseholds.map((contract) => [contract.name, contract] as const))(
    '%s: is no code of any city, or the field is named here',
    (name, contract) => {
      const example = examples[name] as object;
      const passed = markedFields(contract, 'MARYAGARCEAHH', example).filter(({ payload }) =>
        areListed(contract.payload, payload, listsOf(example)),
      );
      expect(passed.map(({ path }) => path).filter((path) => open[path] === undefined)).toEqual([]);
    },
  );

  it('finds the fields of all kinds: codes, lists of codes, nested ones, areas, languages', () => {
    const found = ofHouseholds.flatMap((contract) =>
      markedFields(contract, 'MARYAGARCEAHH', examples[contract.name] as object).map(({ path }) => path),
    );
    expect(found).toEqual(
      expect.arrayContaining([
        'event',
        'impacts',
        'needs',
        'residence.serviceArea',
        'residence.evidenceClass',
        'evidenceClass',
        'way',
        'contact.language',
        ...Object.keys(open),
      ]),
    );
  });
});

describe('codes of a city', () => {
  it.each(ofHouseholds.map((contract) => [contract.name, contract] as const))(
    '%s: are all listed, or one is not',
    (name, contract) => {
      const example = examples[name] as object;
      expect(areListed(contract.payload, example, listsOf(example))).toBe(true);
      expect(areListed(contract.payload, example, everything)).toBe(true);
      expect(areListed(contract.payload, example, nothing)).toBe(false);
    },
  );

  it('every one of a list counts, and a field that is not there has none', () => {
    const [facts, , , evidence] = ofHouseholds as [SealedContract, SealedContract, SealedContract, SealedContract];
    const example = examples[facts.name] as { needs: string[] };
    const lists = listsOf({ ...example, needs: [] });
    expect(areListed(facts.payload, { ...example, needs: [...example.needs, 'OTHER'] }, lists)).toBe(false);
    expect(areListed(evidence.payload, { kind: 'appeal', n: 1 }, nothing)).toBe(true);
  });
});
