import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { toBody } from '#libs/records';
import { codeWordsOf, heldText } from './held-text.js';

const profile: unknown = JSON.parse(
  readFileSync(new URL('../../../deploy/profiles/los-angeles.json', import.meta.url), 'utf8'),
);
const words = codeWordsOf(profile);
const value = Buffer.alloc(32, 7);
const reference = Buffer.alloc(32, 9).toString('base64url');

const linesOf = (body: object): readonly string[] => heldText({ kind: 'household', value, body: toBody(body) }, words);

describe('a held record', () => {
  it('is a page of sentences: amounts in dollars, days as dates, codes with their words', () => {
    const grant = { amountCents: 172_652n, needs: ['FOD', 'HOU'], day: 20_775, isCancelled: false };
    expect(
      linesOf({
        state: {
          payout: { way: 'CASH', site: 'SITE-001' },
          grants: [{ grant: reference, ...grant, ended: { day: 20_777, how: 'paid' } }],
          items: [],
          isWithdrawn: true,
          lastDay: 0,
          highestRequest: 3,
        },
        sealedCode: 'AAAA',
        lastDay: '2026-12-01',
      }),
    ).toEqual([
      `Record of the kind household, named ${value.toString('base64url')}.`,
      expect.stringMatching(/^ {2}State, payout: the payout method is .*\(?CASH\)?\.$/),
      '  State, payout: the site is SITE-001.',
      `  State, grants 1: the grant is the reference ${reference}.`,
      '  State, grants 1: the amount is $1,726.52.',
      '  State, grants 1: the needs are Food and baby supplies (FOD), Rent or mortgage (HOU).',
      '  State, grants 1: the day is 18 November 2026.',
      '  State, grants 1: cancelled: no.',
      '  State, grants 1, ended: the day is 20 November 2026.',
      '  State, grants 1, ended: the end is paid.',
      '  State: the code is empty.',
      '  State: withdrawn by the household: yes.',
      '  State: the day of the last message is no day.',
      '  State: the highest request is 3.',
      '  The sealed code is sealed to the household, who alone can open it (4 characters).',
      '  The day of the last message is 1 December 2026.',
    ]);
  });

  it('shows no packed number, whatever the field is', () => {
    const shown = linesOf({ a: { b: [{ c: 5n }, { dCents: 99n }, { eCents: 12_345_678_901n }] } }).join('\n');
    expect(shown).not.toMatch(/\d+n\b/);
    expect(shown).toContain('$0.99');
    expect(shown).toContain('$123,456,789.01');
  });
});
