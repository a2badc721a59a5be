import { describe, expect, it } from '@jest/globals';

import type { Verdict } from '#libs/records';
import { clockAlarm } from './destruction-gate.provider.js';

const MINUTE_MS = 60_000;
const ahead: Verdict = { day: '2026-12-14', witnessedDay: '2026-11-30', doubt: 'day-ahead' };
const believed: Verdict = { day: '2026-12-14', witnessedDay: '2026-12-14', doubt: undefined };

describe('the alarm of a doubted clock', () => {
  it('is one for all that waits: at once, when the doubt changes, and once an hour of a steady clock', () => {
    let nowMs = 0;
    const lines: unknown[] = [];
    const log = { write: (level: string, event: string, fields?: object) => lines.push({ level, event, ...fields }) };
    const look = clockAlarm(log, () => nowMs);
    const alarm = { level: 'error', event: 'alarm', alarm: 'clock-doubted', code: 'day-ahead', day: ahead.day };
    look(believed);
    expect(lines).toEqual([]);
    for (; nowMs < 59 * MINUTE_MS; nowMs += MINUTE_MS) look(ahead);
    expect(lines).toEqual([alarm]);
    nowMs += MINUTE_MS;
    look(ahead);
    expect(lines).toEqual([alarm, alarm]);
    look({ ...ahead, doubt: 'clocks-apart' });
    expect(lines).toHaveLength(3);
    look(believed);
    look(ahead);
    expect(lines).toHaveLength(4);
  });
});
