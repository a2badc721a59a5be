import { expect, it } from '@jest/globals';
import { migrationHashes } from '#libs/service/testing';
import { Initial1796083200000 } from '../src/migrations/0001-initial.js';

it('a migration whose statements changed has the name of another moment', async () => {
  expect(await migrationHashes([Initial1796083200000])).toEqual({ Initial1796083200000: '75588992064a1300' });
});
