import { clocks } from '#libs/contracts';
import { locks } from '#libs/database';

/** Days from the oldest partition that stays to the newest one, which may have been made yesterday. */
const KEPT_DAYS = clocks.dayKeyDays + clocks.recordAheadDays - 1;

const unlessReplaying = `PERFORM FROM public.relay_cursor r WHERE r.name = 'replay'
       AND (r.epoch, r.xid, r.seq) >= (r.until_epoch, r.until_xid, r.until_seq) FOR SHARE;
     IF NOT FOUND THEN RETURN false; END IF;`;

/**
 * Functions of the outbox that need the rights of the tables' owner. The owner makes them, and they run with the
 * owner's rights, so that the role of a service can create, drop and lock nothing else.
 */
export const outboxFunctions: readonly string[] = [
  // Attaches the partition instead of creating it in place: that does not wait for readers and writers of other days.
  // A day has two parts, so that the one whose rows have an order can be emptied without a trace on the disk.
  ownersFunction(
    'create_outbox_day(d date)',
    `EXECUTE format('CREATE TABLE public.%I (LIKE public.outbox INCLUDING ALL) PARTITION BY RANGE (epoch)', part);
     EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (MINVALUE) TO (0)',
       part || '_sent', part);
     EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (0) TO (MAXVALUE)',
       part || '_live', part);
     EXECUTE format('ALTER TABLE public.%I ALTER COLUMN envelope SET STATISTICS 0', part || '_sent');
     EXECUTE format('ALTER TABLE public.%I ALTER COLUMN envelope SET STATISTICS 0', part || '_live');
     EXECUTE format('ALTER TABLE public.%I ALTER COLUMN envelope SET STATISTICS 0', part);
     EXECUTE format('ALTER TABLE public.outbox ATTACH PARTITION public.%I FOR VALUES IN (%L)', part, d);`,
    { declare: `DECLARE part text := 'outbox_' || to_char(d, 'YYYYMMDD');` },
  ),
  // A day whose keys may still exist cannot be dropped.
  ownersFunction(
    'drop_outbox_day(d date)',
    `IF d IS NULL OR d >= (SELECT to_date(right(max(c.relname), 8), 'YYYYMMDD') FROM pg_inherits i
          JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.outbox'::regclass) - ${KEPT_DAYS} THEN
       RAISE EXCEPTION 'the keys of the day may still exist' USING ERRCODE = '22023';
     END IF;
     EXECUTE format('DROP TABLE public.%I', part);`,
    { declare: `DECLARE part text := 'outbox_' || to_char(d, 'YYYYMMDD');` },
  ),
  // Moves rows that are sent to the other part of their day, without their transaction and order. The lock on the
  // replay keeps one from beginning meanwhile: it reads in the order of the rows, and would pass a row that moves.
  ownersFunction(
    'rest_outbox_rows(d date, epochs integer[], xids xid8[], seqs integer[])',
    `${unlessReplaying}
     WITH gone AS (
       DELETE FROM public.outbox o USING unnest(epochs, xids, seqs) AS k (epoch, xid, seq), public.relay_cursor c
        WHERE c.name = 'live' AND o.day = d AND o.epoch >= 0
          AND o.epoch = k.epoch AND o.xid = k.xid AND o.seq = k.seq
          AND (o.epoch, o.xid, o.seq) <= (c.epoch, c.xid, c.seq)
       RETURNING replace(gen_random_uuid()::text, '-', '') AS drawn, o.topic, o.envelope)
     INSERT INTO public.outbox (day, epoch, xid, seq, topic, envelope)
       SELECT d, -1, ('x' || substr(g.drawn, 1, 12) || substr(g.drawn, 14, 3))::bit(60)::bigint::text::xid8, 0,
              g.topic, g.envelope
         FROM gone g ORDER BY g.drawn;
     RETURN true;`,
    { returns: 'boolean' },
  ),
  // Empties the part of a day that has an order, if all its rows have moved. Rows that are not sent are never touched:
  // a relay that looks at this moment could miss them.
  ownersFunction(
    'clear_outbox_day(d date)',
    `${unlessReplaying}
     EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', part);
     EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', part) INTO is_used;
     IF NOT is_used THEN EXECUTE format('TRUNCATE public.%I', part); END IF;
     RETURN true;`,
    {
      returns: 'boolean',
      declare: `DECLARE part text := 'outbox_' || to_char(d, 'YYYYMMDD') || '_live'; is_used boolean;`,
    },
  ),
  // Waits for every transaction that has already taken the old epoch for its rows.
  ownersFunction('lock_outbox_epoch()', 'LOCK TABLE public.outbox_epoch IN ACCESS EXCLUSIVE MODE;'),
];

export const outboxFunctionsDown: readonly string[] = [
  'DROP FUNCTION create_outbox_day(date)',
  'DROP FUNCTION drop_outbox_day(date)',
  'DROP FUNCTION rest_outbox_rows(date, integer[], xid8[], integer[])',
  'DROP FUNCTION clear_outbox_day(date)',
  'DROP FUNCTION lock_outbox_epoch()',
];

/** It waits for a running migration, because rights that are given while tables come and go can fail. */
function ownersFunction(
  signature: string,
  body: string,
  { returns = 'void', declare = '' }: { readonly returns?: string; readonly declare?: string } = {},
): string {
  return `CREATE FUNCTION ${signature} RETURNS ${returns} LANGUAGE plpgsql SECURITY DEFINER
   SET search_path = pg_catalog, pg_temp AS $$
   ${declare}
   BEGIN
     PERFORM pg_advisory_xact_lock_shared(${locks.migration});
     ${body}
   END $$`;
}
