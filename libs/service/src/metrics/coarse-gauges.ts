import { randomInt } from 'node:crypto';
import { Gauge, type Registry } from 'prom-client';
import { HOUR_MS } from '#libs/contracts';
import type { Clock } from '../clock/clock.js';

/** Published counts are multiples of this. One event changes what an hour shows once in so many hours. */
export const COUNT_STEP = 50;

/** The same step for an age in milliseconds, far above the time of one household's transaction. */
export const AGE_STEP_MS = 10_000;

/**
 * Rounds up or down at random, so that the mean is exact and no number of own events shows where a step begins.
 *
 * @param draw a whole number from 0 to `COUNT_STEP` - 1
 */
export function rounded(count: number, draw: number = randomInt(COUNT_STEP)): number {
  return Math.floor((count + draw) / COUNT_STEP) * COUNT_STEP;
}

/**
 * Declares gauges of counts that move when a household does something. Each is read and rounded once an hour and then
 * stands, so that whoever watches the listener does not see that somebody applies. An undefined value is shown as none
 * and read again. Operators read exact counts with a signature.
 */
export function coarseGaugesOf<T>(
  { registry, prefix, clock }: { readonly registry: Registry; readonly prefix: string; readonly clock: Clock },
  read: () => T | Promise<T>,
) {
  return (name: string, help: string, value: (now: T) => number | undefined): void => {
    let shownIn: number | undefined;
    const metric: Gauge = new Gauge({
      name: `${prefix}_${name}`,
      help: `${help}; read once an hour, in steps of ${COUNT_STEP}`,
      registers: [registry],
      collect: async () => {
        const hour = Math.floor(clock.now().getTime() / HOUR_MS);
        if (shownIn === hour) return;
        const now = value(await read());
        if (shownIn === hour) return;
        if (now === undefined) return metric.remove();
        shownIn = hour;
        metric.set(rounded(now));
      },
    });
  };
}
