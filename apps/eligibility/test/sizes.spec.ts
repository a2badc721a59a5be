import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { caseClocksOf, loadProfile } from '#libs/policy';
import { caseBody, caseKinds } from '../src/case.repository.js';
import type { CaseFile } from '../src/domain/case-file.js';
import { isCaseOver } from '../src/domain/ending.js';

const ID = 'x'.repeat(43);
const CODE = 'A-CODE-OF-SIXTEE';
const profile = loadProfile(
  JSON.parse(readFileSync(new URL('../../../deploy/profiles/santa-ana.json', import.meta.url), 'utf8')),
);

describe('the largest case', () => {
  it('fits into its record after twelve verdicts', () => {
    const file: CaseFile = {
      tokens: { nameAndDay: 65_535, contact: 1_048_575, dwelling: 65_535 },
      areaName: 'AnAreaOfTwentySigns',
      keys: { receiptKey: ID, paymentsHandle: ID, linkToken: ID },
      state: {
        submitted: {
          day: 20_775,
          facts: {
            event: CODE,
            needs: Array.from({ length: 7 }, () => CODE),
            impactPeriod: '2026-W46',
            incomeChange: 'cut-by-half-or-more',
            incomeAtOrBelow: false,
            billCents: 10_000_000n,
            urgent: ['notice-7-days', 'no-food', 'medicine-or-infant'],
            householdSize: 80,
            inCity: false,
            areaFit: 'partial',
            evidenceClass: CODE,
            attested: { residence: false, impact: false, need: false, honesty: false },
          },
          around: { tokensShared: 3, contactShared: 24, isSampled: false },
        },
        requests: {
          withdrawn: false,
          evidence: { n: 1_000, evidenceClass: CODE },
          unknownEvidence: 1_000,
          appeal: 1_000,
        },
        isSeen: false,
        told: {
          status: 'come-and-confirm',
          reasons: ['ask-a-person'],
          requestShown: 1_000,
          version: 1_795_000_000_000,
        },
        lastDay: 20_865,
        ownDay: 20_865,
        highestRequest: 1_000,
        resolved: {
          verdict: 'approve',
          reviewers: Array.from({ length: 12 }, () => 'x'.repeat(11)),
          afterAppeal: 1_000,
        },
        announced: {
          status: 'being-looked-at',
          reasons: ['show-where-you-live-for-more'],
          grants: [
            { kind: 'rapid', amountCents: 10_000_000n, state: 'cancelled', day: 20_775, endedDay: 20_865 },
            { kind: 'standard', amountCents: 10_000_000n, state: 'cancelled', day: 20_775, endedDay: 20_865 },
          ],
          requestShown: 1_000,
          version: 1_795_000_000_000,
        },
      },
    };
    expect(Buffer.byteLength(JSON.stringify(caseBody(file))) + 32 + 6).toBeLessThanOrEqual(
      caseKinds(caseClocksOf(profile), isCaseOver)[0]?.sizeBytes ?? 0,
    );
  });
});
