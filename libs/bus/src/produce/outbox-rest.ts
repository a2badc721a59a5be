import type { Day } from '#libs/contracts';
import { columns, inTransaction } from '#libs/database';
import type { Permit } from '#libs/records';
import { shuffled } from '#libs/sealing';
import type pg from 'pg';

import { outboxDays } from './outbox-days.js';
import type { Position } from './relay-log.js';

const BATCH_ROWS = 2_000;
/** SQLSTATE */
const LOCK_NOT_AVAILABLE = '55P03';

const names = columns({ epoch: 'integer', xid: 'text', seq: 'integer' }, { from: 2, as: 'k' });

const SENT = `SELECT o.epoch, o.xid::text AS xid, o.seq FROM outbox o, relay_cursor c
  WHERE c.name = 'live' AND o.day = $1 AND o.epoch >= 0 AND (o.epoch, o.xid, o.seq) <= (c.epoch, c.xid, c.seq)`;

const REST = `SELECT rest_outbox_rows($1, array_agg(k.epoch), array_agg(k.xid::xid8), array_agg(k.seq)) AS done
  FROM ${names.sql}`;

const IS_WORN = `SELECT pg_relation_size(to_regclass($1)) > 0 AS worn`;

/**
 * Takes from all sent rows what shows which of them were written together: their transaction, their order, and their
 * place in the table. A sent row gets the epoch -1 and a random number in place of its transaction, and is written
 * again in an order that nobody keeps. It can still be sent again. Rows that are not sent keep their order.
 *
 * It runs once a night, over all rows at once: rows that rest alone would show by their neighbours when they were sent.
 * Killed at any point, it goes on where it stopped.
 *
 * @returns false: rows are being sent again in their order, or a past day is in use, so that it must be tried later
 */
export async function restSentRows(pool: pg.Pool, { day: today }: Permit): Promise<boolean> {
  for (const day of await inTransaction(pool, outboxDays)) {
    const { rows } = await pool.query<Position>(SENT, [day]);
    const sent = shuffled(rows);
    for (let at = 0; at < sent.length; at += BATCH_ROWS) {
      const values = names.values(sent.slice(at, at + BATCH_ROWS).map(({ epoch, xid, seq }) => ({ epoch, xid, seq })));
      const answer = await pool.query<{ done: boolean }>(REST, [day, ...values]);
      if (answer.rows[0]?.done !== true) return false;
    }
    // The present day is in use, and is cleared tomorrow.
    if (day < today && !(await clear(pool, day))) return false;
  }
  return true;
}

/** Removes from the disk what was moved out of a day, if nothing is left in it that must still be sent. */
async function clear(pool: pg.Pool, day: Day): Promise<boolean> {
  const { rows } = await pool.query<{ worn: boolean | null }>(IS_WORN, [`outbox_${day.replaceAll('-', '')}_live`]);
  if (rows[0]?.worn !== true) return true;
  try {
    return await inTransaction(pool, async (tx) => {
      // Its lock makes new messages of that day wait behind running ones, so it gives up soon.
      await tx.query(`SET LOCAL lock_timeout = '2s'`);
      const answer = await tx.query('SELECT clear_outbox_day($1) AS done', [day]);
      return (answer.rows[0] as { done: boolean }).done;
    });
  } catch (error) {
    if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}
