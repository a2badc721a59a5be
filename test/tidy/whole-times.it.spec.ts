import { beforeAll, describe, expect, it } from '@jest/globals';

import { madeByServices } from '../../deploy/docs/databases.js';

/** Every column with a time of the day. Days and weeks have none. */
const times = {
  'instrument.due': 60,
  'instrument.lease': 60,
  'record.due': 3600,
  'record.lease': 60,
  'relay_cursor.asked_at': 60,
  'site_hour.hour': 3600,
} as const;

let lines: readonly string[];

beforeAll(async () => {
  lines = [...new Set([...(await madeByServices()).schemas.values()].flat())];
}, 120_000);

describe('a column with a time of the day', () => {
  it('is one of these, and has no fraction of a second', () => {
    const found = lines.filter((line) => /^column .*: .*\b(?:time|interval)/.test(line));
    const names = found.map((line) => /^column (\S+): timestamp\(0\) with time zone/.exec(line)?.[1] ?? line);
    expect(names.toSorted()).toEqual(Object.keys(times));
  });

  it.each(Object.entries(times))(
    'holds whole minutes or hours only, because the database refuses others: %s',
    (name, seconds) => {
      const [table, column] = name.split('.');
      const checks = lines.filter((line) => line.startsWith(`constraint ${table}.`));
      const whole = `(EXTRACT(epoch FROM ${column}) % (${seconds})::numeric) = (0)::numeric`;
      expect(checks.filter((line) => line.includes(whole))).toHaveLength(1);
    },
  );
});
