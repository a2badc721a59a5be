import { locks } from '#libs/database';
import type pg from 'pg';

/** Ends the session that holds the lock if its process was silent for too long: it is stopped, or its machine hangs. */
const END_FROZEN = `SELECT pg_terminate_backend(a.pid)
  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid::bigint = $1 AND l.objsubid = 1 AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND a.wait_event_type = 'Client'
   AND greatest(a.query_start, a.state_change) < clock_timestamp() - $2 * interval '1 millisecond'`;

/**
 * Tries to become the leader, which alone relays. A leader whose process does not move keeps its connection, and with
 * it the lock, so its session is ended. If that process moves again, what it still sends arrives twice, which consumers
 * recognize by its key, and it cannot move a cursor.
 */
export async function tryToLead(client: pg.Client, frozenMs: number): Promise<boolean> {
  const { rows } = await client.query<{ won: boolean }>('SELECT pg_try_advisory_lock($1) AS won', [locks.relay]);
  if (rows[0]?.won === true) return true;
  await client.query(END_FROZEN, [locks.relay, frozenMs]);
  return false;
}

/** Shows on the leader's connection that its process moves, even while it waits for a broker. @returns what ends it */
export function showLife(client: pg.Client, frozenMs: number): () => void {
  const beat = setInterval(() => void client.query('SELECT').catch(() => undefined), Math.floor(frozenMs / 4));
  beat.unref();
  return () => clearInterval(beat);
}
