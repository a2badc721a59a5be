import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { type Service, services } from '#libs/contracts';

import { repositoryRoot } from '../local/layout.js';
import { portsFrom } from '../local/settings.js';

type Container = Readonly<Record<string, unknown>>;

interface Compose {
  readonly services: Readonly<Record<string, Container>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(readFileSync(join(repositoryRoot, 'docker-compose.yml'), 'utf8'), { merge: true }) as Compose;
const asked = (name: string): string => `\${${name}:?run npm run env:write first}`;
const ports = portsFrom(3001);

/** What a container is, apart from what it runs, reads and listens to. */
const hardened = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  ulimits: { core: 0 },
};
const app = {
  ...hardened,
  image: 'amparo',
  build: { context: '.', dockerfile: 'deploy/docker/Dockerfile' },
  user: 'node',
  tmpfs: ['/tmp'],
  stop_grace_period: '20s',
};
/** A process that ends for any reason, for example because it stalled, is started again. */
const forGood = { restart: 'unless-stopped' };
const once = { restart: 'no' };

const containers: Readonly<Record<string, Container>> = {
  postgres: {
    ...hardened,
    ...forGood,
    image: 'postgres:18',
    user: 'postgres',
    entrypoint: ['bash', '/mnt/start/start.sh'],
    shm_size: '128mb',
    tmpfs: ['/tmp', '/var/run/postgresql:mode=1777'],
    networks: ['inside'],
  },
  kafka: { ...hardened, ...forGood, image: 'apache/kafka:4.3.0', tmpfs: ['/tmp'], networks: ['inside'] },
  setup: { ...app, ...once, networks: ['inside'] },
  intake: { ...app, ...forGood, networks: ['inside'] },
  eligibility: { ...app, ...forGood, networks: ['inside'] },
  payments: { ...app, ...forGood, networks: ['inside', 'partners'] },
  notification: { ...app, ...forGood, networks: ['inside', 'partners'] },
  enrol: { ...app, ...once, networks: ['inside'] },
  'rail-simulator': { ...app, ...forGood, networks: ['partners'] },
  doors: { ...app, ...forGood, ports: [`${asked('DOOR')}:3001`], networks: ['front', 'inside'] },
  operate: {
    ...app,
    ...forGood,
    profiles: ['operate'],
    ports: ['127.0.0.1:3002-3005:3002-3005', '127.0.0.1:3009-3012:3009-3012'],
    networks: ['front', 'inside', 'partners'],
  },
};

/** The whole environment of a service in a container, word for word. */
function environmentOf(service: Service): Container {
  const upper = service.toUpperCase();
  const database = `postgres://${service}:${asked(`DB_PASSWORD_${upper}`)}@postgres:5432/${service}`;
  const own: Readonly<Record<Service, Container>> = {
    intake: { CLIENT_ADDRESS: 'proxy-protocol', TRUSTED_PROXIES: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7' },
    eligibility: {},
    payments: { ANCHOR: '/anchor', RAIL_URL: 'https://rail-simulator:3005', NODE_EXTRA_CA_CERTS: '/tls/ca.pem' },
    notification: { SMS_URL: 'https://rail-simulator:3005', NODE_EXTRA_CA_CERTS: '/tls/ca.pem' },
  };
  return {
    PORT: ports[service],
    INTERNAL_PORT: 3009,
    KAFKA_BROKERS: 'kafka:9092',
    KAFKA_CA: '/tls/ca.pem',
    KAFKA_USERNAME: service,
    KAFKA_PASSWORD: asked(`KAFKA_PASSWORD_${upper}`),
    DATABASE_URL: `${database}?sslmode=verify-full&sslrootcert=/tls/ca.pem`,
    TLS_CERT: '/tls/cert.pem',
    TLS_KEY: '/tls/key.pem',
    KEYRING_PRIVATE: '/keyring/private',
    KEYRING_REPLICA: '/keyring/replica',
    KEYRING_PUBLIC: '/keyring/public',
    PINNED_IDENTITIES: '/keyring/pins/pinned-identities.json',
    CUSTODIAN_KEY: '/custodian-public.pem',
    PROFILE: `/app/deploy/profiles/${asked('PROFILE')}.json`,
    ...own[service],
  };
}

describe('the containers', () => {
  it('are these and no others, each with exactly these settings', () => {
    const plain = Object.entries(compose.services).map(([name, container]) => {
      const { environment: _e, volumes: _v, command: _c, healthcheck: _h, depends_on: _d, ...rest } = container;
      return [name, rest];
    });
    expect(Object.fromEntries(plain)).toEqual(containers);
    expect(compose.networks).toEqual({ inside: { internal: true }, partners: null, front: null });
  });

  it.each(services)('tell %s exactly what is here, and no setting of durability or of secrecy is weaker', (service) => {
    expect(compose.services[service]?.['environment']).toEqual(environmentOf(service));
    expect(compose.services[service]?.['command']).toEqual([`dist/apps/${service}/src/main.js`]);
  });

  it('start a service only when everything is set up, and keep data in volumes alone', () => {
    for (const service of services)
      expect(compose.services[service]?.['depends_on']).toEqual({
        setup: { condition: 'service_completed_successfully' },
        postgres: { condition: 'service_healthy' },
        kafka: { condition: 'service_healthy' },
      });
    expect(compose.services['postgres']?.['volumes']).toEqual([
      'postgres:/var/lib/postgresql',
      './deploy/docker/postgres:/mnt/start:ro',
      './.local/containers/tls/postgres:/tls:ro',
    ]);
    expect(compose.services['kafka']?.['volumes']).toEqual([
      'kafka:/var/lib/kafka/data',
      './deploy/docker/kafka:/mnt/start:ro',
      './.local/containers/tls/kafka:/tls:ro',
    ]);
    const perService = services.flatMap((each) => [`keyring-${each}`, `replica-${each}`, `public-${each}`]);
    const all = ['postgres', 'kafka', 'pins', 'anchor', 'journal', ...perService];
    expect(Object.keys(compose.volumes).toSorted()).toEqual(all.toSorted());
    // A volume with options of its own could be one that forgets.
    expect(Object.values(compose.volumes).every((options) => options === null)).toBe(true);
  });
});
