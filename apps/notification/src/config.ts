import { Matches, ValidateBy } from 'class-validator';
import type { Profile } from '#libs/policy';
import { IsServiceUrl, NotInProduction, ServiceConfig, Setting } from '#libs/service';
import type { QuietHours } from './domain/quiet.js';

/** What notification is told when it starts, besides what every service is told. */
export class NotificationConfig extends ServiceConfig {
  /** Where the carrier answers. */
  @Setting('SMS_URL')
  @IsServiceUrl()
  readonly smsUrl!: string;

  /** `off` lets a local system send at night; production refuses it, for there somebody would be woken. */
  @Setting('QUIET_HOURS', { optional: true })
  @Matches(/^off$/)
  @NotInProduction()
  readonly quietHours: 'off' | undefined;

  /** Whose night it is. */
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

/** The hours of the city's profile, on the clock of the city; undefined where texts may leave at any hour. */
export function quietHoursOf(
  { quietHours, quietZone: zone }: Pick<NotificationConfig, 'quietHours' | 'quietZone'>,
  { messages }: Pick<Profile, 'messages'>,
): QuietHours | undefined {
  if (messages.quietHours === undefined || quietHours === 'off') return undefined;
  const [from, to] = messages.quietHours;
  return { from, to, zone };
}
