import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { loadProfile, ProfileError, publicPartOf } from './index.js';

type Json = ReturnType<typeof JSON.parse>;
const read = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../../../deploy/profiles/${name}.json`, import.meta.url), 'utf8'));

function problemsOf(change: (profile: Json) => void, name = 'los-angeles'): readonly string[] {
  const json = read(name);
  change(json);
  try {
    loadProfile(json);
  } catch (error) {
    if (error instanceof ProfileError) return error.problems.map((problem) => problem.path);
    throw error;
  }
  return [];
}

describe('a program profile', () => {
  it('loads Los Angeles, with cents', () => {
    const profile = loadProfile(read('los-angeles'));
    expect(profile.grants.rapid?.amountCents).toBe(25_000n);
    expect(profile.grants.standard).toMatchObject({ basis: 'household-size' });
    expect(profile.funds.filter((fund) => fund.mayPayGrants).map((fund) => [fund.code, fund.openingCents])).toEqual([
      ['PHIL', 170_000_000n],
    ]);
    expect(profile.release).toEqual({ automaticRapid: { capPerSitePerHourCents: 250_000n }, checkers: 1 });
  });

  it('has a neutral sender, the same for everything, and its quiet hours on the clock of the city', () => {
    const { senderName, messages } = loadProfile(read('los-angeles'));
    expect([senderName, messages.quietHours]).toEqual(['City Services', ['20:30', '08:30']]);
  });

  it('loads Santa Ana: bills, two checkers, nothing automatic, one fund that may pay', () => {
    const profile = loadProfile(read('santa-ana'));
    expect(profile.grants).toMatchObject({ rapid: undefined, standard: { basis: 'actual-bill', maxCents: 240_000n } });
    expect(profile.release).toEqual({ automaticRapid: undefined, checkers: 2 });
    expect(profile.funds.filter((fund) => fund.mayPayGrants).map((fund) => fund.code)).toEqual(['GIFT']);
  });

  it.each([
    ['los-angeles', { unclaimedDays: 60, reopenDays: 90, disputeDays: 60, contactDays: 45 }],
    ['santa-ana', { unclaimedDays: 60, reopenDays: 90, disputeDays: 120, contactDays: 60 }],
  ])('of %s says how long things are kept', (name, expected) => {
    expect(loadProfile(read(name)).retention).toEqual(expected);
  });

  it.each<[string, (profile: Json) => void]>([
    [
      'retentionDays.nonprofit-fiscal-agent.contactChannel',
      (p) => (p['retentionDays']['nonprofit-fiscal-agent'].contactChannel = 0),
    ],
    ['publicLabel.es', (p) => delete p['publicLabel'].es],
    ['grants.standard.byHouseholdSize', (p) => (p['grants'].standard.byHouseholdSize[1].min = 4)],
    ['grants.rapid.amountUsd', (p) => (p['grants'].rapid.amountUsd = 250.005)],
    ['grants.caps.windowDays', (p) => (p['grants'].caps.windowDays = 300)],
    ['grants.rapid.amountUsd', (p) => (p['grants'].rapid.amountUsd = 100_001)],
    [
      'grants.standard.byHouseholdSize[2].amountUsd',
      (p) => (p['grants'].standard.byHouseholdSize[2].amountUsd = 100_001),
    ],
    ['grants.caps.maxPerInstrumentUsd', (p) => (p['grants'].caps.maxPerInstrumentUsd = 100)],
    ['grants.caps.maxPerInstrumentUsd', (p) => (p['grants'].caps.maxPerInstrumentUsd = 0)],
    ['fundSources[0].ways', (p) => (p['fundSources'][0].ways = ['GOLD'])],
    ['fundSources[0].statusTest', (p) => (p['fundSources'][0].statusTest = 'perhaps')],
    ['fundSources', (p) => (p['fundSources'][0].statusTest = 'undecided')],
    ['release.rapid.onlyConfirmed', (p) => (p['release'].rapid.onlyConfirmed = false)],
    ['statusAsked', (p) => (p['statusAsked'] = true)],
    ['reviewTriggers[0].when', (p) => (p['reviewTriggers'][0].when = 'language')],
    ['priorityTiers', (p) => p['priorityTiers'].pop()],
    ['duplicates.keyLifetimeDays', (p) => (p['duplicates'].keyLifetimeDays = 130)],
  ])('says precisely what is wrong at %s', (path, change) => {
    expect(problemsOf(change)).toContain(path);
  });

  it('may cut the grants of a household into as many instruments as its record holds, and not one more', () => {
    // A rapid grant of $250 and a standard grant of $1,250: six instruments of $250, and seven of $249.
    const cut = (usd: number) => problemsOf((p) => (p['grants'].caps.maxPerInstrumentUsd = usd));
    expect(cut(250)).toEqual([]);
    expect(cut(249)).toEqual(['grants.caps.maxPerInstrumentUsd']);
    const bill = (usd: number) => problemsOf((p) => (p['grants'].caps.maxPerInstrumentUsd = usd), 'santa-ana');
    expect([bill(400), bill(399)]).toEqual([[], ['grants.caps.maxPerInstrumentUsd']]);
  });

  it.each(['los-angeles', 'santa-ana'])('of %s shows a passer-by no word that tells what it is for', (name) => {
    const text = JSON.stringify(publicPartOf(read(name)));
    expect(text).not.toMatch(/immigrant|\braid\b|\bICE\b|relief|amparo/i);
  });

  it('shows devices neither balances nor what starts a review', () => {
    const text = JSON.stringify(publicPartOf(read('los-angeles')));
    for (const secret of ['openingBalanceUsd', 'reviewTriggers', 'capPerSitePerHourUsd', 'fundSources', 'reserves']) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain('evidenceClasses');
  });
});
