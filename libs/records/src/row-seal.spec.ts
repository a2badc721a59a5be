import { createSecretKey, randomBytes } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { RowSeal } from './row-seal.js';

const kind = { kind: 'case', sizeBytes: 200, work: false };
const keys = () => ({ seal: createSecretKey(randomBytes(32)), lookup: createSecretKey(randomBytes(32)) });
const value = Buffer.from('an id');
const body = { n: 1 };

describe('a row', () => {
  const own = keys();
  const night = new RowSeal(7, own);
  const lookup = night.lookup('case', value);

  it('is found by its value with the key of its night, and by nobody who lacks that key', () => {
    expect(new RowSeal(7, own).lookup('case', value)).toEqual(lookup);
    expect(new RowSeal(7, { ...own, lookup: keys().lookup }).lookup('case', value)).not.toEqual(lookup);
    expect(night.lookup('box', value)).not.toEqual(lookup);
  });

  it('opens in its own place and nowhere else', () => {
    const blob = night.seal(kind, lookup, { value, body });
    expect(night.open('case', lookup, blob)).toEqual({ value, body });
    const elsewhere = [
      () => night.open('case', night.lookup('case', Buffer.from('another id')), blob),
      () => night.open('box', lookup, blob),
      () => new RowSeal(8, own).open('case', lookup, blob),
      () => new RowSeal(7, keys()).open('case', lookup, blob),
    ];
    for (const open of elsewhere) expect(open).toThrow(expect.objectContaining({ code: 'damaged' }));
  });
});
