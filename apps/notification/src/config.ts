import { Matches, ValidateBy } from 'class-validator';
import type { Profile } from '#libs/policy';
import { IsServiceUrl, NotInProduction, ServiceConfig, Setting } from '#libs/service';
import type { QuietHours } from './domain/quiet.js';

/** The settings of notification besides those that every service has. */
export class NotificationConfig extends ServiceConfig {
  /** The URL of the carrier. */
  @Setting('SMS_URL')
  @IsServiceUrl()
  readonly smsUrl!: string;

  /** `off` lets a local system send at night. Production refuses it, because texts at night wake people. */
  @Setting('QUIET_HOURS', { optional: true })
  @Matches(/^off$/)
  @NotInProduction()
  readonly quietHours: 'off' | undefined;

  /** The time zone of the quiet hours. */
  @Setting('QUIET_ZONE', { fallback: 'America/Los_Angeles' })
  @IsZone()
  readonly quietZone!: string;
}

function IsZone(): PropertyDecorator {
  return ValidateBy({ name: 'isZone', validator: { validate: (value: unknown) => isZone(String(value)) } });
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The quiet hours of the city's profile, in its time zone. Undefined when texts may leave at any hour. */
export function quietHoursOf(
  { quietHours, quietZone: zone }: Pick<NotificationConfig, 'quietHours' | 'quietZone'>,
  { messages }: Pick<Profile, 'messages'>,
): QuietHours | undefined {
  if (messages.quietHours === undefined || quietHours === 'off') return undefined;
  const [from, to] = messages.quietHours;
  return { from, to, zone };
}
