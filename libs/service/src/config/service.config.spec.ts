import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { IsInt, Matches, Max, Min } from 'class-validator';
import { ConfigError } from './config-error.js';
import { environment } from './environment.js';
import { ServiceConfig } from './service.config.js';
import { readConfig, Setting, wholeNumber } from './setting.js';

const folder = mkdtempSync(join(tmpdir(), 'keyring-public-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good: Readonly<Record<string, string>> = {
  PORT: '3001',
  INTERNAL_PORT: '3011',
  DATABASE_URL: 'postgres://intake:hunter2-canary@127.0.0.1:3006/intake',
  KAFKA_BROKERS: '127.0.0.1:3007,127.0.0.1:3008',
  KAFKA_USERNAME: 'intake',
  KAFKA_PASSWORD: 'swordfish-canary',
  KEYRING_PRIVATE: '/keys/private',
  KEYRING_PUBLIC: folder,
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
      kafkaCopies: 1,
      kafkaUsername: 'intake',
      kafkaPassword: 'swordfish-canary',
      keyringPrivate: '/keys/private',
      keyringPublic: folder,
      pinnedIdentities: '/keys/pins.json',
      profilePath: '/profiles/los-angeles.json',
      isProduction: false,
      isTest: false,
      trustedProxies: [],
      deviceWritesPerMinute: 600,
      deviceWritesPerDay: 5_000,
      networkWritesPerMinute: 1_200,
      readsPerMinute: 12_000,
      ownDevicePerHour: 4_000,
      connectionsMax: 4_000,
      connectionsPerNetwork: 500,
    });
  });

  it.each([
    ['OWN_DEVICE_PER_HOUR', '0'],
    ['READS_PER_MINUTE', '-1'],
  ])('are no limit of nothing: %s=%s', (name, value) => {
    expect(refusal({ ...good, [name]: value })).toMatchObject({ settings: [name] });
  });

  it('may name a second folder for the keyring, and then name it well', () => {
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
    ['DATABASE_URL', 'postgres://'],
    ['DATABASE_URL', 'postgres:///secret-canary'],
    ['DATABASE_URL', 'postgres://secret-canary:pass@127.0.0.1'],
    ['DATABASE_URL', 'postgres://127.0.0.1:3006/secret-canary'],
    ['DATABASE_URL', 'postgres://secret-canary@127.0.0.1:999999/intake'],
    ['HOST', '999.1.1.1'],
    ['HOST', '1.2.3'],
    ['HOST', '....'],
    ['HOST', 'a:b'],
    ['HOST', '-secret-canary'],
    ['INTERNAL_HOST', 'secret canary'],
    ['INTERNAL_PORT', '3001'],
    ['NODE_ENV', 'Production'],
    ['NODE_ENV', 'production '],
    ['NODE_ENV', 'prod'],
    ['NODE_ENV', ''],
    ['KEYRING_PRIVATE', '   '],
    ['PINNED_IDENTITIES', ' '],
    ['PROFILE', ' '],
    ['KEYRING_PUBLIC', '/nowhere/secret-canary'],
    ['KEYRING_PUBLIC', '/etc/hostname'],
    ['KEYRING_REPLICA', '  '],
    ['KEYRING_REPLICA', '/keys/private'],
    ['KEYRING_REPLICA', '/keys/./other/../private/'],
  ])('a wrong %s (%s) is named and not shown', (name, value) => {
    const error = refusal({ ...good, [name]: value });
    expect(error).toMatchObject({ name: 'ConfigError', settings: [name] });
    expect((error as ConfigError).message).toBe(`the setting ${name} is missing or has the wrong form`);
  });
});

describe('settings of folders', () => {
  it('are told apart by where they lead, also through a link', () => {
    const [private_, link] = [join(folder, 'private'), join(folder, 'link')];
    mkdirSync(private_);
    symlinkSync(private_, link);
    const env = { ...good, KEYRING_PRIVATE: private_ };
    expect(refusal({ ...env, KEYRING_REPLICA: link })).toMatchObject({ settings: ['KEYRING_REPLICA'] });
    expect(refusal({ ...env, KEYRING_PUBLIC: link })).toMatchObject({ settings: ['KEYRING_PUBLIC'] });
    expect(refusal({ ...env, KEYRING_REPLICA: folder })).toMatchObject({ settings: ['KEYRING_PUBLIC'] });
    expect(readConfig(ServiceConfig, { ...env, KEYRING_REPLICA: `${private_}-2` }).keyringPrivate).toBe(private_);
  });

  it('are one address each', () => {
    const { host, internalHost } = readConfig(ServiceConfig, {
      ...good,
      HOST: 'localhost',
      INTERNAL_HOST: 'localhost',
    });
    expect([host, internalHost]).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it.each(['0.0.0.0', '::', '::1', 'intake', 'intake-1.city.example'])('may be %s to listen at', (HOST) => {
    expect(
      readConfig(ServiceConfig, { ...good, HOST, TLS_TERMINATED_BY: 'proxy', CLIENT_ADDRESS: 'connection' }).host,
    ).toBe(HOST);
  });

  it.each([
    ['production', true],
    ['development', false],
    ['test', false],
    [undefined, false],
  ])('in the environment %s is production: %s', (NODE_ENV, isProduction) => {
    expect(readConfig(ServiceConfig, { ...good, NODE_ENV }).isProduction).toBe(isProduction);
  });
});

describe('plain text', () => {
  const secure = {
    TLS_CERT: '/tls/cert.pem',
    TLS_KEY: '/tls/key.pem',
    KAFKA_CA: '/tls/ca.pem',
    DATABASE_URL: 'postgres://intake:pw@db.city.example:5432/intake?sslmode=verify-full&sslrootcert=/tls/ca.pem',
  };
  const far = { HOST: '0.0.0.0', INTERNAL_HOST: '::', KAFKA_BROKERS: 'kafka-1:9092,kafka-2:9092' };

  it('is enough on loopback alone', () => {
    expect(refusal({ ...good, ...far, ...secure })).toBeInstanceOf(ServiceConfig);
    const url = 'postgres://intake:pw@db.city.example:5432/intake';
    expect(refusal({ ...good, ...far, DATABASE_URL: url })).toMatchObject({
      settings: ['DATABASE_URL', 'KAFKA_CA', 'TLS_CERT'],
    });
  });

  it.each([
    [{ HOST: '0.0.0.0' }, ['TLS_CERT']],
    [{ HOST: '10.0.0.5' }, ['TLS_CERT']],
    [{ HOST: 'localhost.city.example' }, ['TLS_CERT']],
    [{ HOST: '::' }, ['TLS_CERT']],
    [{ INTERNAL_HOST: '0.0.0.0' }, ['TLS_CERT']],
    [
      { HOST: '0.0.0.0', INTERNAL_HOST: '0.0.0.0', TLS_TERMINATED_BY: 'proxy', CLIENT_ADDRESS: 'connection' },
      ['TLS_CERT'],
    ],
    [{ KAFKA_BROKERS: '127.0.0.1:9092,kafka:9092' }, ['KAFKA_CA']],
    [{ KAFKA_BROKERS: '[2001:db8::1]:9092' }, ['KAFKA_CA']],
    [{ KAFKA_BROKERS: 'kafka_1:9092' }, ['KAFKA_CA']],
    [{ KAFKA_BROKERS: 'kafka.city.example.:9092' }, ['KAFKA_CA']],
    [{ TLS_CERT: '/tls/cert.pem' }, ['TLS_CERT', 'TLS_KEY']],
    [{ TLS_KEY: '/tls/key.pem' }, ['TLS_CERT', 'TLS_KEY']],
    [{ HOST: '0.0.0.0', TLS_TERMINATED_BY: 'a proxy', CLIENT_ADDRESS: 'connection' }, ['TLS_TERMINATED_BY']],
  ])('%j is refused', (env, settings) => {
    expect(refusal({ ...good, ...env })).toMatchObject({ settings });
  });

  it.each(['', '?sslmode=require', '?sslmode=no-verify', '?sslmode=prefer', '?sslmode=verify-ca', '?ssl=true'])(
    'reaches no database of another machine: "%s"',
    (options) => {
      const url = `postgres://intake:pw@db.city.example:5432/intake${options}`;
      expect(refusal({ ...good, DATABASE_URL: url })).toMatchObject({ settings: ['DATABASE_URL'] });
    },
  );

  it('is allowed behind a proxy that has a name', () => {
    const proxy = { TLS_TERMINATED_BY: 'ingress.city.example', CLIENT_ADDRESS: 'connection' };
    expect(refusal({ ...good, HOST: '0.0.0.0', ...proxy })).toMatchObject({
      tlsTerminatedBy: 'ingress.city.example',
      tlsCert: undefined,
    });
  });

  it.each(['127.0.0.1', '::1', '127.1.2.3'])('is enough at %s', (HOST) => {
    expect(refusal({ ...good, HOST })).toMatchObject({ host: HOST });
  });
});

describe('what PostgreSQL would read of the environment by itself', () => {
  it('is not there when it is asked', () => {
    Object.assign(process.env, { PGHOST: 'elsewhere', PGOPTIONS: '-c row_security=off', PGPASSWORD: 'x' });
    expect(Object.keys(environment()).filter((name) => name.startsWith('PG'))).toEqual([]);
    expect([process.env['PGHOST'], process.env['PGOPTIONS'], process.env['PGPASSWORD']]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
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
