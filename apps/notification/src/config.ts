import type { Profile } from '#libs/policy';
import { ConfigError, textSetting, type Environment } from '#libs/service';
import type { QuietHours } from './domain/quiet.js';

export interface NotificationConfig {
  /** Where the carrier answers. */
  readonly smsUrl: string;
  readonly quiet: QuietHours | undefined;
}

/**
 * `QUIET_HOURS=off` lets a local system send at night; production refuses it, for there somebody would be woken.
 * @throws ConfigError
 */
export function readConfig(env: Environment, profile: Pick<Profile, 'messages'>): NotificationConfig {
  const smsUrl = textSetting(env, 'SMS_URL', /^https?:\/\//);
  const switched = env['QUIET_HOURS'];
  if (switched !== undefined && (switched !== 'off' || env['NODE_ENV'] === 'production')) {
    throw new ConfigError('QUIET_HOURS');
  }
  const hours = profile.messages.quietHours;
  if (hours === undefined || switched === 'off') return { smsUrl, quiet: undefined };
  const zone = env['QUIET_ZONE'] ?? 'America/Los_Angeles';
  if (!isZone(zone)) throw new ConfigError('QUIET_ZONE');
  return { smsUrl, quiet: { from: hours[0], to: hours[1], zone } };
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
