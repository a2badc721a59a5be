import type { Registry } from 'prom-client';
import type { BusStatus } from '#libs/bus';
import type { Clock } from '../clock/clock.js';
import { AGE_STEP_MS, coarseGaugesOf } from './coarse-gauges.js';
import { gaugesOf } from './gauges.js';

const CACHE_MS = 1_000;

/** The state of the bus as gauges. No metric has a label that could identify a household. */
export function busMetrics(registry: Registry, clock: Clock, status: () => Promise<BusStatus>): void {
  let cached: { readonly at: number; readonly status: Promise<BusStatus> } | undefined;
  const recent = (): Promise<BusStatus> => {
    // One scrape reads every gauge; the broker and the database are asked once.
    if (cached === undefined || performance.now() - cached.at > CACHE_MS) {
      cached = { at: performance.now(), status: status() };
    }
    return cached.status;
  };
  const count = coarseGaugesOf({ registry, prefix: 'amparo_bus', clock }, recent);
  count('lag', 'messages in the log that are not read yet', ({ lag }) => lag);
  count('parked', 'messages that are parked', ({ database }) => database?.parked);
  count('backlog', 'messages written and not sent yet', ({ database }) => database?.backlog);
  count('done', 'messages that were handled since the start', ({ counts }) => counts.done);
  count('repeated', 'messages that came again since the start', ({ counts }) => counts.repeated);
  count(
    'expired',
    'messages since the start that arrived after their key was destroyed',
    ({ counts }) => counts.expired,
  );
  const gauge = gaugesOf(registry, 'amparo_bus', recent);
  gauge('horizon_age_ms', 'age of the oldest running transaction, in steps of ten seconds', ({ database }) =>
    database === undefined ? undefined : Math.floor(database.horizonAgeMs / AGE_STEP_MS) * AGE_STEP_MS,
  );
  gauge('tripped', '1 while the circuit breaker keeps this process from reading', ({ isTripped }) => Number(isTripped));
}
