import { locks } from '#libs/database';

/**
 * Functions that make and drop the partition of a night. The owner of the tables makes them, and they run with the
 * owner's rights, so that the role of a service needs no right to create or drop anything. Each of them touches
 * partitions of `record` only; none can drop or empty the present night.
 */
export const nightPartitionFunctions: readonly string[] = [
  // Without a statistics target of 0, ANALYZE would copy lookups and blobs into pg_statistic, where they outlive the
  // rows. At least two records fit on a page and stay out of the TOAST table, so a turn writes them in half the time.
  ownersFunction(
    'create_record_partition',
    `IF n IS NULL OR n < 0 THEN
       RAISE EXCEPTION 'a night is a day number' USING ERRCODE = '22023';
     END IF;
     EXECUTE format('CREATE TABLE public.record_%s PARTITION OF public.record FOR VALUES IN (%s)', n, n);
     EXECUTE format('ALTER TABLE public.record_%s ALTER COLUMN lookup SET STATISTICS 0,
       ALTER COLUMN blob SET STATISTICS 0, ALTER COLUMN blob SET STORAGE EXTERNAL', n);
     EXECUTE format('ALTER TABLE public.record_%s SET (toast_tuple_target = 4064)', n);`,
  ),
  // Rewrites a partition with its remaining rows, so that neither the rows that were moved out nor their order stay.
  ownersFunction(
    'condense_record_partition',
    `${refusePresentNight()}
     EXECUTE format('CREATE TEMPORARY TABLE left_over ON COMMIT DROP AS SELECT * FROM public.record_%s', n);
     EXECUTE format('TRUNCATE public.record_%s', n);
     EXECUTE format('INSERT INTO public.record_%s SELECT * FROM pg_temp.left_over ORDER BY lookup', n);
     DROP TABLE pg_temp.left_over;`,
  ),
  ownersFunction(
    'drop_record_partition',
    `${refusePresentNight()}
     EXECUTE format('DROP TABLE public.record_%s', n);`,
  ),
];

export const nightPartitionDown: readonly string[] = [
  'create_record_partition',
  'condense_record_partition',
  'drop_record_partition',
].map((name) => `DROP FUNCTION ${name}(integer)`);

function refusePresentNight(): string {
  return `IF n IS NULL OR n >= (SELECT max(t.night) FROM public.night t) THEN
       RAISE EXCEPTION 'the present night stays' USING ERRCODE = '22023';
     END IF;`;
}

/** It waits for a running migration, because rights that are given while tables come and go can fail. */
function ownersFunction(name: string, body: string): string {
  return `CREATE FUNCTION ${name}(n integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
   SET search_path = pg_catalog, pg_temp AS $$
   BEGIN
     PERFORM pg_advisory_xact_lock_shared(${locks.migration});
     ${body}
   END $$`;
}
