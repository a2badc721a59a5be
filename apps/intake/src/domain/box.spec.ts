import { describe, expect, it } from '@jest/globals';
import { newestOf, replacing } from './box.js';

const said = (box: string, version: number): { box: string; version: number } => ({ box, version });

describe('a box', () => {
  it('gets the newest of several messages for one household', () => {
    expect(newestOf([said('a', 2), said('b', 1), said('a', 3), said('a', 1)])).toEqual([said('a', 3), said('b', 1)]);
  });

  it('is replaced only by a newer message', () => {
    const present = new Map([
      ['a', 2],
      ['b', 2],
      ['c', 2],
    ]);
    expect(replacing([said('a', 1), said('b', 2), said('c', 3), said('d', 1)], present)).toEqual([
      said('c', 3),
      said('d', 1),
    ]);
  });
});
