import { describe, expect, it } from '@jest/globals';
import { apply, newHousehold, type HouseholdCommand, type HouseholdState } from './household.js';

function award(grant: string, kind: 'rapid' | 'standard', caseRef = 'case'): HouseholdCommand {
  const promised = { amountCents: 25_000n, needs: ['FOD'], tier: 1, serviceArea: 'East', day: 20_775 };
  return { type: 'award', caseRef, isCancelled: false, grant: { ...promised, grant, kind, obligation: `o-${grant}` } };
}

const given = (...commands: readonly HouseholdCommand[]): HouseholdState => commands.reduce(apply, newHousehold);
const namesOf = ({ grants }: HouseholdState): string[] => grants.map(({ grant }) => grant).sort();

describe('the grants of a household', () => {
  it('belong to the first case that names it, whatever other cases say', () => {
    const others = ['b', 'c', 'd'].map((each) => award(each, 'rapid', `case ${each}`));
    expect(namesOf(given(award('a', 'rapid'), ...others, award('e', 'standard')))).toEqual(['a', 'e']);
    expect(namesOf(given(...others, award('a', 'rapid')))).toEqual(['b']);
  });

  it('are as many as a case can have, however many arrive', () => {
    const many = Array.from({ length: 50 }, (_, at) => award(`g${at}`, at % 2 === 0 ? 'rapid' : 'standard'));
    expect(given(...many).grants).toHaveLength(2);
  });

  it('are the same when a message comes again', () => {
    expect(namesOf(given(award('a', 'rapid'), award('a', 'rapid'), award('b', 'standard')))).toEqual(['a', 'b']);
  });
});
