import type { Registry } from 'prom-client';
import type { BusStatus } from '#libs/bus';
import { gaugesOf } from './gauges.js';

const CACHE_MS = 1_000;

/** The state of the bus as gauges. They are counts: no metric has a label that could identify a household. */
export function busMetrics(registry: Registry, status: () => Promise<BusStatus>): void {
  let cached: { readonly at: number; readonly status: Promise<BusStatus> } | undefined;
  const recent = (): Promise<BusStatus> => {
    // One scrape reads every gauge; the broker and the database are asked once.
    if (cached === undefined || Date.now() - cached.at > CACHE_MS) cached = { at: Date.now(), status: status() };
    return cached.status;
  };
  const gauge = gaugesOf(registry, 'amparo_bus', recent);
  gauge('lag', 'messages in the log that are not read yet', ({ lag }) => lag);
  gauge('parked', 'messages that are parked', ({ database }) => database?.parked);
  gauge('backlog', 'messages written and not sent yet', ({ database }) => database?.backlog);
  gauge('horizon_age_ms', 'age of the oldest running transaction', ({ database }) => database?.horizonAgeMs);
  gauge('done', 'messages that were handled since the start', ({ counts }) => counts.done);
  gauge('repeated', 'messages that came again since the start', ({ counts }) => counts.repeated);
  gauge(
    'expired',
    'messages since the start that arrived after their key was destroyed',
    ({ counts }) => counts.expired,
  );
}
