import { describe, expect, it } from '@jest/globals';

import { apps } from './apps.js';
import { layoutAt } from './layout.js';
import { StackProblem } from './problem.js';
import {
  environmentOf,
  freePorts,
  givenBroker,
  givenDatabases,
  perService,
  portsFrom,
  profileFile,
} from './settings.js';

const databases = {
  DATABASE_URL_INTAKE: 'postgres://a',
  DATABASE_URL_ELIGIBILITY: 'postgres://b',
  DATABASE_URL_PAYMENTS: 'postgres://c',
  DATABASE_URL_NOTIFICATION: 'postgres://d',
};

function problemOf(act: () => unknown): readonly [string, string] {
  try {
    act();
  } catch (error) {
    if (error instanceof StackProblem) return [error.code, error.message];
    throw error;
  }
  return ['none', ''];
}

describe('ports', () => {
  it('are twelve in a row from 3001', () => {
    expect(portsFrom()).toEqual({
      intake: 3001,
      eligibility: 3002,
      payments: 3003,
      notification: 3004,
      'rail-simulator': 3005,
      postgres: 3006,
      kafka: 3007,
      'kafka-controller': 3008,
      'intake-internal': 3009,
      'eligibility-internal': 3010,
      'payments-internal': 3011,
      'notification-internal': 3012,
    });
  });

  it.each([0, 65_530, 1.5, Number.NaN])('cannot begin at %d', (first) => {
    expect(problemOf(() => portsFrom(first))[0]).toBe('bad-option');
  });

  it('that are free are all different', async () => {
    expect(new Set(Object.values(await freePorts())).size).toBe(12);
  });
});

describe('a profile', () => {
  it('is found by its name', () => {
    expect(profileFile('santa-ana')).toMatch(/deploy\/profiles\/santa-ana\.json$/);
  });

  it('that does not exist is answered with those that do', () => {
    expect(problemOf(() => profileFile('../package'))[1]).toContain('los-angeles, santa-ana');
  });
});

describe('databases and a broker of one’s own', () => {
  it('are not used when nothing names them', () => {
    expect(givenDatabases({})).toBeUndefined();
    expect(givenBroker({})).toBeUndefined();
  });

  it('are taken per service', () => {
    expect(givenDatabases(databases)).toEqual({
      intake: 'postgres://a',
      eligibility: 'postgres://b',
      payments: 'postgres://c',
      notification: 'postgres://d',
    });
  });

  it('must be complete; what is missing is named', () => {
    const [code, message] = problemOf(() => givenDatabases({ ...databases, DATABASE_URL_PAYMENTS: '' }));
    expect(code).toBe('not-given');
    expect(message).toContain('DATABASE_URL_PAYMENTS');
    expect(problemOf(() => givenBroker({ KAFKA_BROKERS: 'k:9092' }))[0]).toBe('not-given');
  });
});

describe('the environment of an app', () => {
  const broker = { brokers: 'k:1', users: perService((service) => ({ username: service, password: `p-${service}` })) };
  const urls = perService((service) => `postgres://${service}`);
  const wiring = { layout: layoutAt('/r'), ports: portsFrom(), profile: 'los-angeles', databases: urls, broker };

  it('of payments holds its own access and the rail, and nothing of another service', () => {
    const env = environmentOf('payments', wiring);
    expect(env).toEqual({
      DATABASE_URL: 'postgres://payments',
      KAFKA_BROKERS: 'k:1',
      KAFKA_USERNAME: 'payments',
      KAFKA_PASSWORD: 'p-payments',
      KEYRING_PRIVATE: '/r/keyring/private/payments',
      KEYRING_REPLICA: '/r/keyring-replica/payments',
      KEYRING_PUBLIC: '/r/keyring/public',
      PINNED_IDENTITIES: '/r/keyring/pinned-identities.json',
      PROFILE: profileFile('los-angeles'),
      RAIL_URL: 'http://127.0.0.1:3005',
      ANCHOR: '/r/anchor',
    });
  });

  it('of intake and eligibility knows no vendor', () => {
    for (const app of ['intake', 'eligibility'] as const) {
      expect(Object.keys(environmentOf(app, wiring)).filter((name) => name.endsWith('_URL'))).toEqual(['DATABASE_URL']);
    }
  });

  it('names the file of a test’s clock for every app, when there is one', () => {
    for (const app of apps) {
      const env = environmentOf(app, { ...wiring, hasTestClock: true });
      expect(env).toEqual({
        ...environmentOf(app, wiring),
        CLOCK_OFFSET_FILE: '/r/clock-offset',
        NODE_ENV: 'test',
      });
    }
  });

  it('of the rail simulator has neither database, broker nor keys', () => {
    expect(environmentOf('rail-simulator', wiring)).toEqual({ JOURNAL: '/r/rail-simulator' });
  });
});
