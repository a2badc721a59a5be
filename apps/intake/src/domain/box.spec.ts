import { describe, expect, it } from '@jest/globals';
import { newestOf, replacing } from './box.js';

const published = (box: string, version: number): { box: string; version: number } => ({ box, version });

describe('a box', () => {
  it('gets the newest of several messages for one household', () => {
    expect(newestOf([published('a', 2), published('b', 1), published('a', 3), published('a', 1)])).toEqual([
      published('a', 3),
      published('b', 1),
    ]);
  });

  it('is replaced only by a newer message', () => {
    const present = new Map([
      ['a', 2],
      ['b', 2],
      ['c', 2],
    ]);
    expect(replacing([published('a', 1), published('b', 2), published('c', 3), published('d', 1)], present)).toEqual([
      published('c', 3),
      published('d', 1),
    ]);
  });
});
