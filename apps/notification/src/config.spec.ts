import { tmpdir } from 'node:os';

import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from '#libs/service';
import { NotificationConfig, quietHoursOf } from './config.js';

const messages = { maxPerCase: 6, maxChars: 140, quietHours: ['20:30', '08:30'] as const };
const profile = { messages };
const SMS_URL = 'http://127.0.0.1:3005';

/** The settings that every service has. */
const common = {
  PORT: '3004',
  INTERNAL_PORT: '3014',
  DATABASE_URL: 'postgres://notification@127.0.0.1/notification',
  KAFKA_BROKERS: '127.0.0.1:3007',
  KAFKA_USERNAME: 'notification',
  KAFKA_PASSWORD: 'none',
  KEYRING_PRIVATE: '/keys/private',
  KEYRING_PUBLIC: tmpdir(),
  PINNED_IDENTITIES: '/keys/pins.json',
  PROFILE: '/profiles/los-angeles.json',
};

function configured(env: Readonly<Record<string, string>>): NotificationConfig {
  return readConfig(NotificationConfig, { ...common, ...env });
}

function refused(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    configured(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.settings;
    throw error;
  }
}

describe('the settings of notification', () => {
  it('has the quiet hours of the profile, on the clock of the city', () => {
    const config = configured({ SMS_URL });
    expect(config.smsUrl).toBe(SMS_URL);
    expect(quietHoursOf(config, profile)).toEqual({ from: '20:30', to: '08:30', zone: 'America/Los_Angeles' });
    const zone = 'America/New_York';
    expect(quietHoursOf(configured({ SMS_URL, QUIET_ZONE: zone }), profile)?.zone).toBe(zone);
  });

  it('can send at night on a local system, and never in production', () => {
    expect(quietHoursOf(configured({ SMS_URL, QUIET_HOURS: 'off' }), profile)).toBeUndefined();
    expect(refused({ SMS_URL, QUIET_HOURS: 'off', NODE_ENV: 'production' })).toEqual(['QUIET_HOURS']);
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{}, 'SMS_URL'],
    [{ SMS_URL: 'ftp://x' }, 'SMS_URL'],
    [{ SMS_URL: 'http://' }, 'SMS_URL'],
    [{ SMS_URL: 'http://a b' }, 'SMS_URL'],
    [{ SMS_URL: 'http://carrier' }, 'SMS_URL'],
    [{ SMS_URL: ' https://carrier' }, 'SMS_URL'],
    [{ SMS_URL: 'https://user:secret@carrier' }, 'SMS_URL'],
    [{ SMS_URL: 'https://carrier/?to=elsewhere' }, 'SMS_URL'],
    [{ SMS_URL, QUIET_HOURS: 'no' }, 'QUIET_HOURS'],
    [{ SMS_URL, QUIET_ZONE: 'Nowhere/Else' }, 'QUIET_ZONE'],
  ])('refuses %j', (env, setting) => expect(refused(env)).toEqual([setting]));
});
