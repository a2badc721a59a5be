import { expect, it } from '@jest/globals';
import { migrationHashes } from '#libs/service/testing';
import { Initial1796169600000 } from '../src/migrations/0001-initial.js';

it('a migration whose statements changed has the name of another moment', async () => {
  expect(await migrationHashes([Initial1796169600000])).toEqual({ Initial1796169600000: 'ac42a4d668f202c5' });
});
