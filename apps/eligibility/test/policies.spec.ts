import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { loadProfile, type Profile } from '#libs/policy';
import type { Policy } from '../src/domain/policy.js';
import { policyOf, samplePercentOf } from '../src/policy.adapter.js';
import { byBill, bySize } from './policies.js';

const read = (name: string): Profile =>
  loadProfile(JSON.parse(readFileSync(new URL(`../../../deploy/profiles/${name}.json`, import.meta.url), 'utf8')));

/** The bands of a profile also have a lower end. */
function withoutMin(policy: Policy): Policy {
  if (policy.standard.basis !== 'household-size') return policy;
  const bands = policy.standard.bands.map(({ max, amountCents }) => ({ max, amountCents }));
  return { ...policy, standard: { ...policy.standard, bands } };
}

describe('the policies that decisions are tested with', () => {
  it.each([
    ['los-angeles', bySize],
    ['santa-ana', byBill],
  ])('are that of %s', (name, policy) => {
    expect(withoutMin(policyOf(read(name)))).toEqual(policy);
  });

  it('draw three or five of a hundred cases for review', () => {
    expect([samplePercentOf(read('los-angeles')), samplePercentOf(read('santa-ana'))]).toEqual([3, 5]);
  });
});
