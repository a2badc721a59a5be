/**
 * Empties what the ledger keeps of a settled obligation only as long as somebody can dispute the payment: its exact
 * days, its site, its references at the rail and the name that they are made from, and its batch. Amount, fund, week
 * and service area stay, and so does the content of the chain, which holds none of these.
 *
 * It runs with the rights of the tables' owner, so that the service has no right to change them by itself. It refuses
 * days that no turn has led to, and it touches no obligation with money on its way. An obligation that never ended has
 * the second, much longer time.
 */
export const forgetting = `CREATE FUNCTION forget_settled(closed_before date, untouched_before date) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE ended bytea[];
  BEGIN
    IF closed_before IS NULL OR untouched_before IS NULL OR untouched_before > closed_before
       OR closed_before > coalesce((SELECT w.day FROM public.witnessed_day w), '-infinity') THEN
      RAISE EXCEPTION 'the day may not have come' USING ERRCODE = '22023';
    END IF;
    SELECT array_agg(t.id) INTO ended FROM (
      SELECT o.id FROM public.obligation o
       WHERE o.day < CASE WHEN o.status = 'closed' THEN closed_before ELSE untouched_before END
         AND NOT EXISTS (SELECT FROM public.instrument i
                          WHERE i.obligation = o.id AND i.state NOT IN ('collected', 'void'))
       LIMIT 2000) t;
    UPDATE public.instrument SET site = NULL, reference = NULL, batch = NULL, due = NULL, lease = NULL
     WHERE obligation = ANY (ended);
    UPDATE public.obligation SET day = NULL, rail_name = NULL WHERE id = ANY (ended);
    UPDATE public.batch b SET digest = NULL WHERE b.state <> 'made' AND b.digest IS NOT NULL
       AND NOT EXISTS (SELECT FROM public.instrument i WHERE i.batch = b.id);
    RETURN coalesce(cardinality(ended), 0);
  END $$`;

export const forgettingDown = 'DROP FUNCTION forget_settled(date, date)';

/** The functions of payments that its role calls. */
export const paymentsFunctions: readonly string[] = ['forget_settled(date, date)'];
