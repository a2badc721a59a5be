import { describe, expect, it } from '@jest/globals';
import { agree } from './agree.js';

describe('two people about one subject', () => {
  const first = { digest: 'paid', person: 'a' };

  it('agree if both give the same digest', () => {
    expect(agree(undefined, first)).toBe('counted');
    expect(agree(first, { digest: 'paid', person: 'b' })).toBe('agreed');
    expect(agree(first, { digest: 'never-paid', person: 'b' })).toBe('other-resolution');
  });

  it('must be different people; the first may change their mind', () => {
    expect(agree(first, first)).toBe('same-person');
    expect(agree(first, { digest: 'never-paid', person: 'a' })).toBe('counted');
  });
});
