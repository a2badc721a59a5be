import { describe, expect, it } from '@jest/globals';
import { ConfigError, readServiceConfig, textSetting, wholeSetting } from './config.js';

const good: Readonly<Record<string, string>> = {
  PORT: '3001',
  DATABASE_URL: 'postgres://intake:hunter2-canary@127.0.0.1:3006/intake',
  KAFKA_BROKERS: '127.0.0.1:3007,127.0.0.1:3008',
  KAFKA_USERNAME: 'intake',
  KAFKA_PASSWORD: 'swordfish-canary',
  KEYRING_PRIVATE: '/keys/private',
  KEYRING_PUBLIC: '/keys/public',
  PINNED_IDENTITIES: '/keys/pins.json',
  PROFILE: '/profiles/los-angeles.json',
};

function refusal(env: Readonly<Record<string, string | undefined>>): unknown {
  try {
    return readServiceConfig(env);
  } catch (error) {
    return error;
  }
}

describe('the settings of a service', () => {
  it('are read once, into one object', () => {
    expect(readServiceConfig(good)).toEqual({
      port: 3001,
      host: '127.0.0.1',
      databaseUrl: good['DATABASE_URL'],
      brokers: ['127.0.0.1:3007', '127.0.0.1:3008'],
      kafkaUser: { username: 'intake', password: 'swordfish-canary' },
      keyringPrivate: '/keys/private',
      keyringPublic: '/keys/public',
      pinnedIdentities: '/keys/pins.json',
      profilePath: '/profiles/los-angeles.json',
    });
  });

  it('may name a second place for the keyring, and then name it well', () => {
    expect(readServiceConfig({ ...good, KEYRING_REPLICA: '/disk2/keys' }).keyringReplica).toBe('/disk2/keys');
    expect(readServiceConfig(good).keyringReplica).toBeUndefined();
    expect(refusal({ ...good, KEYRING_REPLICA: '' })).toMatchObject({ setting: 'KEYRING_REPLICA' });
  });

  it.each(Object.keys(good))('without %s: the error names it, and no value of any setting', (name) => {
    for (const value of [undefined, '']) {
      const error = refusal({ ...good, [name]: value });
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ code: 'bad-setting', setting: name });
      const { message, stack } = error as ConfigError;
      expect(message).toContain(name);
      for (const set of Object.values(good).filter((each) => each.length > 6))
        expect(`${message}${stack}`).not.toContain(set);
    }
  });

  it.each<[string, string]>([
    ['PORT', '0'],
    ['PORT', '65536'],
    ['PORT', '3001 secret-canary'],
    ['PORT', '-1'],
    ['PORT', '1e3'],
    ['DATABASE_URL', 'mysql://secret-canary'],
    ['KAFKA_BROKERS', 'host name secret-canary'],
  ])('a wrong %s (%s) is named and not shown', (name, value) => {
    const error = refusal({ ...good, [name]: value });
    expect(error).toMatchObject({ name: 'ConfigError', setting: name });
    expect((error as ConfigError).message).toBe(`the setting ${name} is missing or has the wrong form`);
  });
});

describe('a setting with a fallback', () => {
  it('may be absent, but not wrong', () => {
    const limits = { min: 1, max: 10, fallback: 5 };
    expect(wholeSetting({}, 'BATCH', limits)).toBe(5);
    expect(wholeSetting({ BATCH: '7' }, 'BATCH', limits)).toBe(7);
    expect(() => wholeSetting({ BATCH: '' }, 'BATCH', limits)).toThrow(ConfigError);
    expect(() => textSetting({}, 'NAME')).toThrow(ConfigError);
  });
});
