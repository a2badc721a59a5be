import type { Registry } from 'prom-client';
import type { BusStatus } from '#libs/bus';
import type { Clock } from '../clock/clock.js';
import { AGE_STEP_MS, coarseGaugesOf, COUNT_STEP } from './coarse-gauges.js';
import { gaugesOf } from './gauges.js';

const CACHE_MS = 1_000;

/**
 * A smaller lag is shown as none, so that no household moves it. A larger one is a backlog, which scaling must see at
 * once.
 */
const LAG_SHOWN_FROM = 200;

/**
 * The state of the bus as gauges. What the broker or the database does not tell now has no value. No metric has a label
 * that could identify a household.
 */
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
  count(
    'parked',
    'messages of the service that are parked; every instance shows the same',
    ({ database }) => database?.parked,
  );
  count(
    'backlog',
    'messages of the service that are written and not sent yet; every instance shows the same',
    ({ database }) => database?.backlog,
  );
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
  gauge(
    'group_lag',
    'messages in the log that no instance of the service has read yet, from 200 in steps of 50; ' +
      'every instance shows the same, so take the largest and not the sum',
    ({ lag }) => (lag === undefined ? undefined : shownLag(lag)),
  );
  gauge('broker_answers', '1 while the broker answers', ({ lag }) => Number(lag !== undefined));
  gauge('topics_short', 'topics of the service that too few brokers hold', ({ topicsShort }) => topicsShort);
  gauge('tripped', '1 while the circuit breaker keeps this process from reading', ({ isTripped }) => Number(isTripped));
}

export function shownLag(lag: number): number {
  return lag < LAG_SHOWN_FROM ? 0 : Math.floor(lag / COUNT_STEP) * COUNT_STEP;
}
