import { describe, expect, it } from '@jest/globals';
import { agree } from './agree.js';

describe('two people about one thing', () => {
  const first = { digest: 'paid', person: 'a' };

  it('settle it when they say the same', () => {
    expect(agree(undefined, first)).toBe('counted');
    expect(agree(first, { digest: 'paid', person: 'b' })).toBe('agreed');
    expect(agree(first, { digest: 'never-paid', person: 'b' })).toBe('other-resolution');
  });

  it('are two; but one may think again', () => {
    expect(agree(first, first)).toBe('same-person');
    expect(agree(first, { digest: 'never-paid', person: 'a' })).toBe('counted');
  });
});
