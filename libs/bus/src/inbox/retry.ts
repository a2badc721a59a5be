import { startOfHour } from '#libs/contracts';
import { inTransaction } from '#libs/database';
import type pg from 'pg';

import { itemByItem } from '../trouble/item-by-item.js';
import type { Inbox } from './inbox.js';
import type { ParkedPage, ParkedRow } from './parked-messages.js';

const AT_ONCE = 500;

/**
 * Turns parked messages into delayed ones that are due now, so that their handlers get them again. It goes through the
 * parked messages once: those that are parked again wait for another person. A message that cannot be taken out stays
 * parked and keeps no other from being taken out.
 *
 * @returns how many
 */
export async function retryParked(pool: pg.Pool, inbox: Inbox, clock: () => Date): Promise<number> {
  let taken = 0;
  let after: ParkedPage['end'];
  do {
    const page = await inTransaction(pool, (tx) => inbox.parked.page(tx, AT_ONCE, after));
    // A message without bytes can never be read.
    const rows = page.rows.filter(({ body }) => body.record !== '');
    await itemByItem(rows, {
      together: async (part) => {
        taken += await retrySome(pool, { inbox, rows: part, due: startOfHour(clock()) });
      },
      setAside: () => Promise.resolve(),
    });
    after = page.end;
  } while (after !== undefined);
  return taken;
}

function retrySome(
  pool: pg.Pool,
  { inbox, rows, due }: { readonly inbox: Inbox; readonly rows: readonly ParkedRow[]; readonly due: Date },
): Promise<number> {
  return inTransaction(pool, async (tx) => {
    const messages = await inbox.parked.unpark(tx, rows);
    await inbox.delayed.keep(
      tx,
      messages.map((each) => ({ ...each, due })),
    );
    return messages.length;
  });
}
