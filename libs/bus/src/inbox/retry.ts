import { startOfHour } from '#libs/contracts';
import { inTransaction } from '#libs/database';
import type pg from 'pg';

import type { Inbox } from './inbox.js';

const AT_ONCE = 500;

/**
 * Turns parked messages into delayed ones that are due now, so that their handlers get them again. @returns how many
 */
export async function retryParked(pool: pg.Pool, inbox: Inbox, clock: () => Date): Promise<number> {
  const groups = await inTransaction(pool, (tx) => inbox.parked.groups(tx));
  const waiting = groups.reduce((sum, { count }) => sum + count, 0);
  let taken = 0;
  // Takes no more messages than there were: those that are parked again wait for another person.
  for (let left = waiting; left > 0; left -= AT_ONCE) taken += await retrySome(pool, inbox, clock());
  return taken;
}

function retrySome(pool: pg.Pool, inbox: Inbox, now: Date): Promise<number> {
  return inTransaction(pool, async (tx) => {
    const messages = await inbox.parked.unpark(tx, AT_ONCE);
    const due = startOfHour(now);
    await inbox.delayed.keep(
      tx,
      messages.map((each) => ({ ...each, due })),
    );
    return messages.length;
  });
}
