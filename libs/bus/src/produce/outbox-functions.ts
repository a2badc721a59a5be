import { clocks } from '#libs/contracts';
import { locks } from '#libs/database';

/** Days from the oldest partition that stays to the newest one, which may have been made yesterday. */
const KEPT_DAYS = clocks.dayKeyDays + clocks.recordAheadDays - 1;

/**
 * Functions of the outbox that need the rights of the tables' owner. The owner makes them, and they run with the
 * owner's rights, so that the role of a service can create, drop and lock nothing else.
 */
export const outboxFunctions: readonly string[] = [
  // Attaches the partition instead of creating it in place: that does not wait for readers and writers of other days.
  ownersFunction(
    'create_outbox_day(d date)',
    `EXECUTE format('CREATE TABLE public.%I (LIKE public.outbox INCLUDING ALL)', part);
     EXECUTE format('ALTER TABLE public.%I ALTER COLUMN envelope SET STATISTICS 0', part);
     EXECUTE format('ALTER TABLE public.outbox ATTACH PARTITION public.%I FOR VALUES IN (%L)', part, d);`,
    `DECLARE part text := 'outbox_' || to_char(d, 'YYYYMMDD');`,
  ),
  // A day whose keys may still exist cannot be dropped.
  ownersFunction(
    'drop_outbox_day(d date)',
    `IF d IS NULL OR d >= (SELECT to_date(right(max(c.relname), 8), 'YYYYMMDD') FROM pg_inherits i
          JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.outbox'::regclass) - ${KEPT_DAYS} THEN
       RAISE EXCEPTION 'the keys of the day may still exist' USING ERRCODE = '22023';
     END IF;
     EXECUTE format('DROP TABLE public.%I', part);`,
    `DECLARE part text := 'outbox_' || to_char(d, 'YYYYMMDD');`,
  ),
  // Waits for every transaction that has already taken the old epoch for its rows.
  ownersFunction('lock_outbox_epoch()', 'LOCK TABLE public.outbox_epoch IN ACCESS EXCLUSIVE MODE;'),
];

export const outboxFunctionsDown: readonly string[] = [
  'DROP FUNCTION create_outbox_day(date)',
  'DROP FUNCTION drop_outbox_day(date)',
  'DROP FUNCTION lock_outbox_epoch()',
];

/** It waits for a running migration, because rights that are given while tables come and go can fail. */
function ownersFunction(signature: string, body: string, declare = ''): string {
  return `CREATE FUNCTION ${signature} RETURNS void LANGUAGE plpgsql SECURITY DEFINER
   SET search_path = pg_catalog, pg_temp AS $$
   ${declare}
   BEGIN
     PERFORM pg_advisory_xact_lock_shared(${locks.migration});
     ${body}
   END $$`;
}
