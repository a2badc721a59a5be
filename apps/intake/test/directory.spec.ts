import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { addDays, contractsText, CONTRACTS_VERSION, services } from '#libs/contracts';
import { cycleOf, cycleSaltText } from '#libs/policy/public';
import { DirectoryController } from '../src/directory.controller.js';

const TODAY = '2026-11-25';
const hashOf = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('base64url');
const profile = { cycle: { days: 120, keyLifetimeDays: 365 }, id: 'los-angeles' };

it('a device is told these versions, and the keys of today and of each day after it, of those who read slices', () => {
  const days = [-8, -2, -1, 0, 1, 2, 3, 7].map((ahead) => addDays(TODAY, ahead));
  const entries = services.flatMap((service) =>
    days.map((day) => ({ service, day, publicKey: 'p', identity: 'i', signature: 's' })),
  );
  const directory = new DirectoryController(
    { entries: () => entries, dayKeyOf: () => undefined, identityKey: () => undefined },
    { profile, hash: Uint8Array.of(1, 2, 3) } as never,
    { now: () => new Date(`${TODAY}T23:59:59Z`) } as never,
  ).directory();
  const cycle = cycleOf(profile as never, TODAY);
  expect(directory).toEqual({
    contracts: CONTRACTS_VERSION,
    contractsHash: hashOf(contractsText()),
    profileHash: Buffer.of(1, 2, 3).toString('base64url'),
    dayKeys: entries.filter(({ service, day }) => service !== 'intake' && day >= TODAY),
    cycle: {
      salt: hashOf(cycleSaltText(profile as never, cycle)),
      previousSalt: hashOf(cycleSaltText(profile as never, cycle - 1)),
    },
  });
  expect(directory.dayKeys).toHaveLength(3 * 5);
  expect(directory.cycle.salt).not.toBe(directory.cycle.previousSalt);
});
