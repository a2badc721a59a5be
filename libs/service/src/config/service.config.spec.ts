import { describe, expect, it } from '@jest/globals';
import { IsInt, Matches, Max, Min } from 'class-validator';
import { ConfigError } from './config-error.js';
import { ServiceConfig } from './service.config.js';
import { readConfig, Setting, wholeNumber } from './setting.js';

const good: Readonly<Record<string, string>> = {
  PORT: '3001',
  INTERNAL_PORT: '3011',
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
    return readConfig(ServiceConfig, env);
  } catch (error) {
    return error;
  }
}

describe('the settings of a service', () => {
  it('are read once, into one object', () => {
    expect(readConfig(ServiceConfig, good)).toEqual({
      port: 3001,
      host: '127.0.0.1',
      internalPort: 3011,
      internalHost: '127.0.0.1',
      databaseUrl: good['DATABASE_URL'],
      brokers: ['127.0.0.1:3007', '127.0.0.1:3008'],
      kafkaUsername: 'intake',
      kafkaPassword: 'swordfish-canary',
      keyringPrivate: '/keys/private',
      keyringPublic: '/keys/public',
      pinnedIdentities: '/keys/pins.json',
      profilePath: '/profiles/los-angeles.json',
      isProduction: false,
    });
  });

  it('may name a second place for the keyring, and then name it well', () => {
    expect(readConfig(ServiceConfig, { ...good, KEYRING_REPLICA: '/disk2/keys' }).keyringReplica).toBe('/disk2/keys');
    expect(readConfig(ServiceConfig, good).keyringReplica).toBeUndefined();
    expect(refusal({ ...good, KEYRING_REPLICA: '' })).toMatchObject({ settings: ['KEYRING_REPLICA'] });
  });

  it.each(Object.keys(good))('without %s: the error names it, and no value of any setting', (name) => {
    for (const value of [undefined, '']) {
      const error = refusal({ ...good, [name]: value });
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ code: 'bad-setting', settings: [name] });
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
    expect(error).toMatchObject({ name: 'ConfigError', settings: [name] });
    expect((error as ConfigError).message).toBe(`the setting ${name} is missing or has the wrong form`);
  });
});

describe('settings that are wrong', () => {
  it('are told all at once, each by its name', () => {
    const { PORT: _absent, ...rest } = good;
    expect(refusal({ ...rest, KAFKA_PASSWORD: '', DATABASE_URL: 'mysql://secret-canary' })).toMatchObject({
      settings: ['DATABASE_URL', 'KAFKA_PASSWORD', 'PORT'],
      message: 'the settings DATABASE_URL, KAFKA_PASSWORD, PORT are missing or have the wrong form',
    });
  });
});

describe('a setting with a fallback', () => {
  class Batches {
    @Setting('BATCH', { as: wholeNumber, fallback: 5 })
    @IsInt()
    @Min(1)
    @Max(10)
    readonly batch!: number;
  }

  class Named extends Batches {
    @Setting('NAME')
    @Matches(/./)
    readonly name!: string;
  }

  it('may be absent, but not wrong', () => {
    expect(readConfig(Batches, {}).batch).toBe(5);
    expect(readConfig(Batches, { BATCH: '7' }).batch).toBe(7);
    expect(() => readConfig(Batches, { BATCH: '' })).toThrow(ConfigError);
    expect(() => readConfig(Named, {})).toThrow(ConfigError);
  });

  it('is read and checked also where another class of settings extends its own', () => {
    expect({ ...readConfig(Named, { NAME: 'a' }) }).toEqual({ batch: 5, name: 'a' });
    expect(() => readConfig(Named, { BATCH: '11', NAME: '' })).toThrow('the settings BATCH, NAME are');
  });
});
