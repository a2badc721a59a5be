import { describe, expect, it } from '@jest/globals';

import { acknowledgementsFor, withMore } from './topic-copies.js';

describe('the copies of a topic', () => {
  it('are confirmed by most of those who hold one', () => {
    expect([1, 2, 3, 4, 5].map(acknowledgementsFor)).toEqual([1, 2, 2, 3, 3]);
  });

  it('are added on the brokers that follow, and none is taken away', () => {
    expect(withMore([2], [1, 2, 3], 3)).toEqual([2, 3, 1]);
    expect(withMore([3], [1, 2, 3], 2)).toEqual([3, 1]);
    expect(withMore([1, 3], [1, 2, 3], 3)).toEqual([1, 3, 2]);
    expect(withMore([1, 2, 3], [1, 2, 3], 2)).toEqual([1, 2, 3]);
  });

  it('are spread over the brokers', () => {
    const firsts = [1, 2, 3, 4, 5].map((first) => withMore([first], [1, 2, 3, 4, 5], 3));
    const held = new Map<number, number>();
    for (const id of firsts.flat()) held.set(id, (held.get(id) ?? 0) + 1);
    expect([...held.values()]).toEqual([3, 3, 3, 3, 3]);
  });
});
