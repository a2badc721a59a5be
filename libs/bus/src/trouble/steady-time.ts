/** The start time of this process plus the time elapsed since, so that a jump of the clock cannot look like a stall. */
export function steadyTime(): Date {
  return new Date(performance.timeOrigin + performance.now());
}
