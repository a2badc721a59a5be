/** A service's own transactions end after 60 seconds. One that writes for longer than this has switched that off. */
const OLD_SECONDS = 90;

/**
 * Functions that look at the transactions of the whole cluster. They run with the rights of the tables' owner, because
 * PostgreSQL shows the times of other roles' sessions to members of `pg_read_all_stats` only, and lets members of
 * `pg_signal_backend` end them. Without these rights, they see and end those of the owner alone.
 */
export const transactionFunctions: readonly string[] = [
  `CREATE FUNCTION oldest_transaction_ms() RETURNS bigint LANGUAGE sql SECURITY DEFINER
   SET search_path = pg_catalog, pg_temp AS $$
     SELECT coalesce(max(extract(epoch FROM clock_timestamp() - t.since) * 1000), 0)::bigint FROM (
       SELECT a.xact_start AS since FROM pg_stat_activity a
        WHERE a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL
       UNION ALL SELECT p.prepared FROM pg_prepared_xacts p) t
   $$`,
  // Only what writes, and only in this database: a copy that is being taken reads for as long as it needs.
  `CREATE FUNCTION end_old_transactions() RETURNS integer LANGUAGE sql SECURITY DEFINER
   SET search_path = pg_catalog, pg_temp AS $$
     SELECT count(*) FILTER (WHERE pg_terminate_backend(o.pid))::integer FROM (
       SELECT a.pid FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
        WHERE a.datname = current_database() AND a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()
          AND a.xact_start < clock_timestamp() - interval '${OLD_SECONDS} seconds' AND NOT r.rolsuper
          AND (pg_has_role('pg_signal_backend', 'MEMBER') OR pg_has_role(r.oid, 'MEMBER'))
       OFFSET 0) o
   $$`,
];

export const transactionFunctionsDown: readonly string[] = [
  'DROP FUNCTION oldest_transaction_ms()',
  'DROP FUNCTION end_old_transactions()',
];
