import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.js';

const messages = { maxPerCase: 6, maxChars: 140, quietHours: ['20:30', '08:30'] as const };
const profile = { messages };
const SMS_URL = 'http://127.0.0.1:3005';

describe('what notification is told', () => {
  it('has the quiet hours of the profile, on the clock of the city', () => {
    expect(readConfig({ SMS_URL }, profile)).toEqual({
      smsUrl: SMS_URL,
      quiet: { from: '20:30', to: '08:30', zone: 'America/Los_Angeles' },
    });
    expect(readConfig({ SMS_URL, QUIET_ZONE: 'America/New_York' }, profile).quiet?.zone).toBe('America/New_York');
  });

  it('can send at night on a local system, and never in production', () => {
    expect(readConfig({ SMS_URL, QUIET_HOURS: 'off' }, profile).quiet).toBeUndefined();
    expect(() => readConfig({ SMS_URL, QUIET_HOURS: 'off', NODE_ENV: 'production' }, profile)).toThrow('QUIET_HOURS');
  });

  it.each([{}, { SMS_URL: 'ftp://x' }, { SMS_URL, QUIET_HOURS: 'no' }, { SMS_URL, QUIET_ZONE: 'Nowhere/Else' }])(
    'refuses %j',
    (env) => expect(() => readConfig(env, profile)).toThrow('is missing or has the wrong form'),
  );
});
