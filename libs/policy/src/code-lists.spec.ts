import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { closedLists } from '#libs/contracts';

import { codeListsOf } from './code-lists.js';
import { loadProfile } from './profile.js';
import { publicPartOf } from './public-part.js';

const profiles = ['los-angeles', 'santa-ana'].map(
  (name) => JSON.parse(readFileSync(join('deploy', 'profiles', `${name}.json`), 'utf8')) as Record<string, unknown>,
);

describe('the closed lists of a city', () => {
  it.each(profiles)('are the same for a device, which knows the public part alone', (profile) => {
    expect(codeListsOf(publicPartOf(profile))).toEqual(codeListsOf(profile));
  });

  it.each(profiles)('are those by which the services decide and pay', (json) => {
    const profile = loadProfile(json);
    const lists = codeListsOf(json);
    expect(closedLists.filter((name) => lists[name].length === 0)).toEqual([]);
    expect(lists.events).toEqual(profile.events.map(({ code }) => code));
    expect(lists.needs).toEqual(profile.needs);
    expect(lists.impactTypes).toEqual(profile.impactTypes);
    expect(lists.serviceAreas).toEqual(profile.serviceAreas);
    expect(lists.payoutMethods).toEqual(profile.payoutMethods.map(({ code }) => code));
    expect(lists.evidenceClasses).toEqual([...new Set([...profile.evidenceClasses, 'R6'])]);
    expect(lists.languages).toEqual(expect.arrayContaining([...profile.languages]));
  });

  it('hold nothing of a payout method that is switched off', () => {
    expect(codeListsOf(profiles[0]).payoutMethods).toEqual(['CARD', 'CASH', 'VEND']);
  });

  it.each([null, 7, 'text', [], {}, { needs: 'FOD', languages: [1], residency: null, payment: { ways: [null] } }])(
    'of %j know no code of a city',
    (json) => {
      const { evidenceClasses, ...others } = codeListsOf(json ?? {});
      expect(Object.values(others).flat()).toEqual([]);
      expect(evidenceClasses).toEqual(['R6']);
    },
  );
});
