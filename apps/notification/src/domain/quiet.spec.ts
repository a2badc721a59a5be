import { describe, expect, it } from '@jest/globals';
import { quietUntil } from './quiet.js';

const night = { from: '20:30', to: '08:30', zone: 'America/Los_Angeles' };
const until = (instant: string): string | undefined => quietUntil(new Date(instant), night)?.toISOString();

describe('quiet hours', () => {
  it.each([
    ['in the evening', '2026-11-26T04:30:00.000Z', '2026-11-26T16:30:00.000Z'],
    ['after midnight', '2026-11-26T12:00:30.000Z', '2026-11-26T16:30:00.000Z'],
    ['in the last minute', '2026-11-26T16:29:59.000Z', '2026-11-26T16:30:00.000Z'],
    ['in summer', '2026-07-02T03:30:00.000Z', '2026-07-02T15:30:00.000Z'],
  ])('hold %s', (_name, instant, end) => expect(until(instant)).toBe(end));

  it.each([
    ['when they have ended', '2026-11-26T16:30:00.000Z'],
    ['by day', '2026-11-25T22:00:00.000Z'],
    ['before they begin', '2026-11-26T04:29:59.000Z'],
  ])('do not hold %s', (_name, instant) => expect(until(instant)).toBeUndefined());

  it('can lie within one day, and need not be', () => {
    const siesta = { from: '13:00', to: '15:00', zone: 'UTC' };
    expect(quietUntil(new Date('2026-11-26T14:00:00.000Z'), siesta)?.toISOString()).toBe('2026-11-26T15:00:00.000Z');
    expect(quietUntil(new Date('2026-11-26T15:00:00.000Z'), siesta)).toBeUndefined();
    expect(quietUntil(new Date('2026-11-26T03:00:00.000Z'), undefined)).toBeUndefined();
  });
});
