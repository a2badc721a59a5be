import { describe, expect, it } from '@jest/globals';

import { addDays, grantCancelled, message } from '#libs/contracts';

import type { UnsealedMessages } from '../inbox/unsealed-messages.js';
import { Outbox } from './outbox.js';

const TODAY = '2026-11-25';
const outbox = new Outbox({
  service: 'eligibility',
  senderKeys: { seal: () => Buffer.alloc(1), hasKey: () => true },
  unsealed: {} as UnsealedMessages,
  relayIsHere: () => true,
  clock: () => new Date(`${TODAY}T12:00:00Z`),
});

function outcomeOf(age: number): string {
  const payload = { grant: 'A'.repeat(43), version: 1, reason: 'withdrawn' } as const;
  try {
    outbox.open().publish([message(grantCancelled, addDays(TODAY, -age), payload)]);
    return 'taken';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

describe('the outbox', () => {
  it('takes messages of days whose keys live, and none of any other day, however far away', () => {
    const living = [-2, -1, 0, 1, 2, 3, 4, 5, 6, 7];
    expect(living.map(outcomeOf)).toEqual(living.map(() => 'taken'));
    const others = [8, 9, 10, 11, 16, 30, 365, 3_650, -3, -4, -5, -10, -365];
    expect(others.map(outcomeOf)).toEqual(others.map(() => 'day-out-of-range'));
  });
});
