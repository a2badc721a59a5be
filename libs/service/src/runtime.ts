import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import type { DataSource, MixedList } from 'typeorm';
import { Bus, inboxKinds, largestRecordBytes, type KafkaConnection } from '#libs/bus';
import { canonicalJson, dayNumber, dayOf, HOUR_MS, keyLife, type Service } from '#libs/contracts';
import { loadProfile, type Profile } from '#libs/policy';
import { holdKinds, LeaseHolder, LegalHolds, Records, type KindSpec } from '#libs/records';
import {
  FileKeyDirectory,
  FileKeyring,
  hmacSha256,
  RecordOpener,
  resigner,
  SealingError,
  SenderKeys,
  sha256,
  type KeyDirectory,
  type Keyring,
} from '#libs/sealing';
import { clockFrom, type Clock } from './clock.js';
import { readServiceConfig, type Environment, type ServiceConfig } from './config.js';
import { openDatabase, openPool } from './database.js';
import { createLog, errorFields, type Log } from './log.js';
import { busMetrics } from './metrics.js';
import { Nightly } from './nightly.js';
import { turnChecks, turnMetrics } from './nightly-work.js';
import { Worker } from './worker.js';

export interface ServiceSpec<S extends Service> {
  readonly service: S;
  /** Kinds of records besides those that the bus needs; how long they live is for the city's profile to say. */
  readonly kinds: (profile: Profile) => readonly KindSpec[];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly entities: MixedList<Function>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly migrations: MixedList<Function>;
}

/** Everything that a service stands on. Made once, at the start; handed to Nest as one provider. */
export interface Runtime<S extends Service> {
  readonly service: S;
  readonly config: ServiceConfig;
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Registry;
  readonly keyring: Keyring;
  readonly directory: KeyDirectory;
  readonly pool: Pool;
  readonly dataSource: DataSource;
  readonly records: Records;
  /** The number under which this process leases work. */
  readonly leases: LeaseHolder;
  readonly bus: Bus<S>;
  /** The turn of the records; run by the clock in a service, and by hand in a test. */
  readonly nightly: Nightly;
  readonly legalHolds: LegalHolds;
  readonly profile: Profile;
  readonly profileJson: unknown;
  /** What a service adds to its health report: a word or a number for each name. It does not make it unready. */
  readonly checks: Map<string, () => boolean | number | string>;
  /** SHA-256 of the profile's canonical text. */
  readonly profileHash: Uint8Array;
  /** A keyed hash under one of the service's long-lived secrets: for ids that say nothing elsewhere. */
  keyed(secret: string, ...parts: readonly (string | number | Uint8Array)[]): Uint8Array;
  close(): Promise<void>;
}

/** Opens keyring, database and bus; nothing is read from Kafka yet. */
export async function openRuntime<S extends Service>(
  spec: ServiceSpec<S>,
  env: Environment,
  clock: Clock = clockFrom(env),
): Promise<Runtime<S>> {
  const { service } = spec;
  const config = readServiceConfig(env);
  const log = createLog(service, undefined, clock);
  const profileJson: unknown = JSON.parse(readFileSync(config.profilePath, 'utf8'));
  const profile = loadProfile(profileJson);
  const keyring = await openKeyring(service, config, clock, log);
  const directory = new FileKeyDirectory({
    publicRoot: config.keyringPublic,
    pinnedIdentitiesPath: config.pinnedIdentities,
  });
  const dataSource = await openDatabase({
    url: config.databaseUrl,
    entities: spec.entities,
    migrations: spec.migrations,
  });
  const pool = openPool({ url: config.databaseUrl });
  const records = recordsOf(spec, profile, keyring);
  const leases = new LeaseHolder({ connectionString: config.databaseUrl, application_name: 'leases' });
  const metrics = new Registry();
  const nightly = new Nightly({ records, keyring, pool, clock, log });
  turnMetrics(metrics, () => nightly.status());
  const bus = busOf(spec, { config, pool, records, keyring, directory, clock, log });
  busMetrics(metrics, () => bus.status());
  await bus.transaction(({ tx }) => records.prepare(tx, dayNumber(dayOf(clock.now()))));
  await bus.start();
  const dayKeys = dayKeysWorker(keyring, clock, log);
  dayKeys.start();
  clock.onLeap?.(() => {
    dayKeys.wake();
    bus.lookAround();
  });
  return {
    service, config, env, clock, log, metrics, keyring, directory, pool, dataSource, records, leases, bus, profile, profileJson,
    nightly, legalHolds: new LegalHolds(records, config.custodianKey),
    checks: new Map<string, () => boolean | number | string>([...turnChecks(() => nightly.status()), ['keyring replicas', () => keyring.replicas()]]),
    profileHash: sha256(Buffer.from(canonicalJson(profileJson))),
    keyed: (secret, ...parts) => hmacSha256(keyring.secret(secret), ...parts),
    async close() {
      await dayKeys.stop();
      await bus.stop();
      await leases.stop();
      await pool.end();
      // Nest has ended it already where the application had come up.
      if (dataSource.isInitialized) await dataSource.destroy();
    },
  }; // prettier-ignore
}

/** Makes, publishes and destroys day keys in time; what fails is done again soon. */
function dayKeysWorker(keyring: Keyring, clock: Clock, log: Log): Worker {
  const work = async (): Promise<number> => {
    await ensureDayKeys(keyring, clock, log);
    return 0;
  };
  return new Worker({ name: 'day-keys', log, pollMs: HOUR_MS, work });
}

async function openKeyring(service: Service, config: ServiceConfig, clock: Clock, log: Log): Promise<Keyring> {
  const keyring = await FileKeyring.open({
    privateDir: config.keyringPrivate,
    replicaDir: config.keyringReplica,
    publicRoot: config.keyringPublic,
    service,
    life: keyLife,
  });
  await ensureDayKeys(keyring, clock, log);
  return keyring;
}

/**
 * While one of two copies is away nothing is made and nothing destroyed. The keys of the coming week are there, so a
 * service goes on, and starts, without; it says so until somebody mends it.
 */
async function ensureDayKeys(keyring: Keyring, clock: Clock, log: Log): Promise<void> {
  try {
    await keyring.ensureDayKeys(dayOf(clock.now()));
  } catch (error) {
    if (!(error instanceof SealingError && error.code === 'replica-away')) throw error;
  }
  const replicas = keyring.replicas();
  if (replicas === 'away' || replicas === 'apart')
    log.write('warn', 'alarm', { alarm: 'keyring-replica', code: replicas });
}

function recordsOf<S extends Service>(spec: ServiceSpec<S>, profile: Profile, keyring: Keyring): Records {
  // What is under a legal hold has no end of its own: it ends when people lift the hold.
  return new Records({ keys: keyring, kinds: [...kindsOf(spec, profile), ...holdKinds(spec.kinds(profile))] });
}

/** Every kind of record that a service keeps in this city. */
export function kindsOf<S extends Service>(spec: ServiceSpec<S>, profile: Profile): readonly KindSpec[] {
  return [...spec.kinds(profile), ...inboxKinds({ recordBytesMax: largestRecordBytes(spec.service) })];
}

interface BusParts {
  readonly config: ServiceConfig;
  readonly pool: Pool;
  readonly records: Records;
  readonly keyring: Keyring;
  readonly directory: KeyDirectory;
  readonly clock: Clock;
  readonly log: Log;
}

function busOf<S extends Service>({ service }: ServiceSpec<S>, parts: BusParts): Bus<S> {
  const { config, pool, records, keyring, directory, clock, log } = parts;
  const kafka: KafkaConnection = { brokers: config.brokers, ...config.kafkaUser };
  return new Bus<S>({
    service,
    pool,
    direct: { connectionString: config.databaseUrl },
    kafka,
    senderKeys: new SenderKeys({ producer: service, identity: () => keyring.identity(), directory, life: keyLife }),
    resigner: () => resigner(keyring, keyLife),
    opener: new RecordOpener({ consumer: service, keyring, directory }),
    dayKeys: keyring,
    records,
    clock: () => clock.now(),
    onAlarm: ({ code, count, topic }) => log.write('warn', 'alarm', { alarm: code, count, topic }),
    onHandlerFailed: (error) => log.write('error', 'work-failed', { work: 'handler', ...errorFields(error) }),
    onStalled: () => {
      log.write('error', 'alarm', { alarm: 'stalled' });
      process.exit(70);
    },
  });
}
