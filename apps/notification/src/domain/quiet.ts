/** Hours in which no text is sent, in the time zone of the city. */
export interface QuietHours {
  /** `HH:MM`, 24 hours. */
  readonly from: string;
  readonly to: string;
  /** IANA name. */
  readonly zone: string;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** The end of the quiet hours that hold now. Undefined when none hold. */
export function quietUntil(now: Date, quiet: QuietHours | undefined): Date | undefined {
  if (quiet === undefined) return undefined;
  const minute = minuteOfDay(now, quiet.zone);
  const sinceStart = (minute - minutes(quiet.from) + DAY_MINUTES) % DAY_MINUTES;
  const length = (minutes(quiet.to) - minutes(quiet.from) + DAY_MINUTES) % DAY_MINUTES;
  if (sinceStart >= length) return undefined;
  const whole = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  return new Date(whole + (length - sinceStart) * MINUTE_MS);
}

function minutes(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

function minuteOfDay(instant: Date, zone: string): number {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(instant);
  return minutes(clock);
}
