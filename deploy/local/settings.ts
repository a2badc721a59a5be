import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { type Service, services } from '#libs/contracts';

import type { App } from './apps.js';
import type { OwnerAccess, PerService } from './databases.js';
import type { KafkaUser } from './kafka-options.js';
import { pinnedIdentitiesFile, privateKeyring, publicKeyring, replicaKeyring } from './keyring.js';
import { type Layout, repositoryRoot } from './layout.js';
import { freePort } from './ports.js';
import { StackProblem } from './problem.js';

type InternalPortName = `${Service}-internal`;
export type PortName = App | 'postgres' | 'kafka' | 'kafka-controller' | InternalPortName;
export type Ports = Readonly<Record<PortName, number>>;

/** The name of the port of a service's internal listener. */
export function internalPortOf(service: Service): InternalPortName {
  return `${service}-internal`;
}

const portOrder: readonly PortName[] = [
  ...services,
  'rail-simulator',
  'postgres',
  'kafka',
  'kafka-controller',
  ...services.map(internalPortOf),
];
const firstPort = 3001;

/**
 * Consecutive ports: intake, eligibility, payments, notification, rail simulator, PostgreSQL, Kafka, its controller,
 * and the internal listeners of the four services.
 */
export function portsFrom(first = firstPort): Ports {
  if (!Number.isInteger(first) || first < 1 || first + portOrder.length > 65_536) {
    throw new StackProblem('bad-option', '--ports-from takes a number from 1 to 65524');
  }
  return Object.fromEntries(portOrder.map((name, index) => [name, first + index])) as Ports;
}

/** Ports that are free now, so that several systems can run side by side. */
export async function freePorts(): Promise<Ports> {
  const found = new Set<number>();
  while (found.size < portOrder.length) found.add(await freePort());
  const ports = [...found];
  return Object.fromEntries(portOrder.map((name, index) => [name, ports[index]])) as Ports;
}

/** The file of a city's profile. @throws StackProblem 'bad-option' naming those that exist */
export function profileFile(name: string): string {
  // A profile in another folder is given by its path.
  if (name.endsWith('.json') && existsSync(name)) return resolve(name);
  const folder = join(repositoryRoot, 'deploy', 'profiles');
  const known = readdirSync(folder).map((file) => basename(file, '.json'));
  if (!known.includes(name)) throw new StackProblem('bad-option', `profiles: ${known.join(', ')}`);
  return join(folder, `${name}.json`);
}

export interface BrokerAccess {
  readonly brokers: string;
  /** Absent for a broker that somebody else sets up: then topics and rules are not changed. */
  readonly admin?: KafkaUser;
  readonly users: PerService<KafkaUser>;
  /** The PEM file of the authority that signs the broker's certificate, if the broker speaks TLS. */
  readonly ca?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The databases of `DATABASE_URL_INTAKE` and so on, if any is set.
 *
 * @throws StackProblem 'not-given' if only some are set
 */
export function givenDatabases(env: Environment): PerService<string> | undefined {
  const names = services.map((service) => `DATABASE_URL_${service.toUpperCase()}`);
  if (names.every((name) => !env[name])) return undefined;
  requireAll(env, names);
  return perService((service) => env[`DATABASE_URL_${service.toUpperCase()}`] ?? '');
}

/**
 * How to reach these databases as the owners of their tables: `DATABASE_OWNER_URL_INTAKE` and so on, with
 * `DATABASE_OWNER_ROLE_INTAKE` if that login is not the owner. Undefined if none is set: then somebody else runs
 * `migrate` and `enrol`.
 *
 * @throws StackProblem 'not-given' if only some are set
 */
export function givenOwners(env: Environment): PerService<OwnerAccess> | undefined {
  const nameOf = (service: Service): string => `DATABASE_OWNER_URL_${service.toUpperCase()}`;
  const names = services.map(nameOf);
  if (names.every((name) => !env[name])) return undefined;
  requireAll(env, names);
  return perService((service) => {
    const role = env[`DATABASE_OWNER_ROLE_${service.toUpperCase()}`];
    return { url: env[nameOf(service)] ?? '', ...(role ? { role } : {}) };
  });
}

/**
 * The broker of `KAFKA_BROKERS`, if set, with `KAFKA_CA` if it speaks TLS, and with `KAFKA_USERNAME_INTAKE`,
 * `KAFKA_PASSWORD_INTAKE` and so on. If `KAFKA_ADMIN_USERNAME` and `KAFKA_ADMIN_PASSWORD` are set, its topics and rules
 * are set up.
 * @throws StackProblem 'not-given'
 */
export function givenBroker(env: Environment): BrokerAccess | undefined {
  const brokers = env['KAFKA_BROKERS'];
  if (!brokers) return undefined;
  requireAll(
    env,
    services.flatMap((name) => [`KAFKA_USERNAME_${name.toUpperCase()}`, `KAFKA_PASSWORD_${name.toUpperCase()}`]),
  );
  const users = perService((name) => ({
    username: env[`KAFKA_USERNAME_${name.toUpperCase()}`] ?? '',
    password: env[`KAFKA_PASSWORD_${name.toUpperCase()}`] ?? '',
  }));
  const { KAFKA_ADMIN_USERNAME: username, KAFKA_ADMIN_PASSWORD: password } = env;
  const ca = env['KAFKA_CA'];
  return { brokers, users, ...(ca ? { ca } : {}), ...(username && password ? { admin: { username, password } } : {}) };
}

function requireAll(env: Environment, names: readonly string[]): void {
  const missing = names.filter((name) => !env[name]);
  if (missing.length > 0) throw new StackProblem('not-given', `missing: ${missing.join(', ')}`);
}

export function perService<T>(make: (service: Service) => T): PerService<T> {
  return Object.fromEntries(services.map((service) => [service, make(service)])) as PerService<T>;
}

export interface Wiring {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly profile: string;
  readonly databases: PerService<string>;
  readonly broker: BrokerAccess;
  /** True if the clock is the one of `layout.clock`, which a test moves. */
  readonly hasTestClock?: boolean;
}

/** The complete environment of an app, except `PORT` and `INTERNAL_PORT`, which are added at its start. */
export function environmentOf(app: App, wiring: Wiring): Readonly<Record<string, string>> {
  const { layout, ports, profile, databases, broker, hasTestClock = false } = wiring;
  const clock = hasTestClock ? { CLOCK_OFFSET_FILE: layout.clock, NODE_ENV: 'test' } : {};
  if (app === 'rail-simulator') return { JOURNAL: join(layout.root, 'rail-simulator'), ...clock };
  const rail = `http://127.0.0.1:${ports['rail-simulator']}`;
  return {
    DATABASE_URL: databases[app],
    KAFKA_BROKERS: broker.brokers,
    KAFKA_USERNAME: broker.users[app].username,
    KAFKA_PASSWORD: broker.users[app].password,
    ...(broker.ca === undefined ? {} : { KAFKA_CA: broker.ca }),
    KEYRING_PRIVATE: privateKeyring(layout, app),
    KEYRING_REPLICA: replicaKeyring(layout, app),
    KEYRING_PUBLIC: publicKeyring(layout),
    ...(existsSync(layout.custodian) ? { CUSTODIAN_KEY: layout.custodian } : {}),
    PINNED_IDENTITIES: pinnedIdentitiesFile(layout),
    PROFILE: profileFile(profile),
    ...clock,
    ...(app === 'payments' ? { RAIL_URL: rail, ANCHOR: layout.anchor } : {}),
    // A synthetic household may get texts at night.
    ...(app === 'notification' ? { SMS_URL: rail, QUIET_HOURS: 'off' } : {}),
  };
}
