import type { Registry } from 'prom-client';
import { dayNumber } from '#libs/contracts';
import type { HealthCheckName, HealthCheckValue } from '../health/health-checks.js';
import { gaugesOf } from '../metrics/gauges.js';
import type { Nightly, NightlyStatus } from './nightly.js';
import type { Worker } from '../scheduling/worker.js';
import type { Workers } from '../scheduling/workers.js';

const LOOK_FOR_NIGHT_MS = 60_000;
/** The cause of a failed turn rarely ends within a second, and each attempt writes a line to the log. */
const FAILURE_PAUSE_MS = 5_000;

type Check = () => HealthCheckValue;

/** The nightly turn in the health report. */
export function turnChecks(status: () => NightlyStatus): readonly (readonly [HealthCheckName, Check])[] {
  return [
    ['turn', () => status().lastCompletedDay ?? 'none'],
    ['turning', () => progressOf(status())],
    ['turnOverdue', () => status().overdueNights],
    ['turnDamaged', () => status().nightsDamaged],
  ];
}

/** The nightly turn as gauges. None of them counts records: that number would show how many households applied. */
export function turnMetrics(registry: Registry, status: () => NightlyStatus): void {
  const gauge = gaugesOf(registry, 'amparo_turn', status);
  gauge('running', '1 while a turn runs in this process', ({ state }) => Number(state === 'turning'));
  gauge('last_completed_day', 'days from 1970-01-01 to that of the last completed turn', ({ lastCompletedDay }) =>
    lastCompletedDay === undefined ? undefined : dayNumber(lastCompletedDay),
  );
  gauge('overdue_nights', 'nights whose turn is overdue', ({ overdueNights }) => overdueNights);
  gauge('damaged_nights', 'earlier nights that remain because records in them do not open', (now) => now.nightsDamaged);
  gauge('keys_due', 'nights whose keys are due for destruction', ({ keysDue }) => keysDue);
}

function progressOf({ state, moved, of }: NightlyStatus): string {
  return state === 'idle' ? 'no' : `${moved} of ${of}`;
}

/** One worker runs the turn. The other checks that it was done, even while a turn hangs. */
export function nightlyWorkers(nightly: Nightly, workers: Workers): readonly Worker[] {
  const worker = (name: string, work: () => Promise<unknown>): Worker =>
    workers.make({
      name,
      pollMs: LOOK_FOR_NIGHT_MS,
      failurePauseMs: FAILURE_PAUSE_MS,
      work: () => work().then(() => 0),
    });
  return [
    worker('turn', () => nightly.run()),
    worker('turn-watch', () => nightly.look()),
    worker('pull-back', () => nightly.pullBack()),
  ];
}
