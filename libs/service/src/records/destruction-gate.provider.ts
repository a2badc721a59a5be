import type { Provider } from '@nestjs/common';
import { Pool } from 'pg';
import { HOUR_MS } from '#libs/contracts';
import { DestructionGate, Records, type Verdict } from '#libs/records';
import { HealthChecks } from '../health/health-checks.js';
import { Log } from '../log/log.js';
import { Clock } from '../clock/clock.js';

/** The gate of a service. It looks at the clocks before anything starts, so that the health report knows them. */
export const destructionGate: Provider = {
  provide: DestructionGate,
  // The records are named because they write the day of the first start.
  useFactory: async (...[pool, clock, log, checks]: [Pool, Clock, Log, HealthChecks, Records]) => {
    const alarm = clockAlarm(log);
    const gate = new DestructionGate({
      database: pool,
      clock: () => clock.now(),
      databaseMovedMs: () => clock.databaseMovedMs?.() ?? 0,
      onVerdict: alarm,
    });
    await gate.permit();
    checks.set('clock', () => gate.verdict?.doubt ?? 'believed');
    checks.set('clockDay', () => gate.verdict?.day ?? 'unknown');
    checks.set('witnessedDay', () => gate.verdict?.witnessedDay ?? 'none');
    return gate;
  },
  inject: [Pool, Clock, Log, HealthChecks, Records],
};

/**
 * One alarm for all that waits: at once when a doubt begins or changes, and then once an hour, counted by a clock that
 * cannot leap.
 */
export function clockAlarm(log: Log, steadyMs = (): number => performance.now()): (verdict: Verdict) => void {
  let last: { readonly doubt: string; readonly atMs: number } | undefined;
  return ({ doubt, day }) => {
    if (doubt === undefined) {
      last = undefined;
      return;
    }
    const atMs = steadyMs();
    if (last?.doubt === doubt && atMs - last.atMs < HOUR_MS) return;
    last = { doubt, atMs };
    log.write('error', 'alarm', { alarm: 'clock-doubted', code: doubt, day });
  };
}
