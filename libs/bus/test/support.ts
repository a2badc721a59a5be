import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  aclsFor,
  dayNumber,
  dayOf,
  grantAwarded,
  grantCancelled,
  keyLife,
  message,
  paymentsRequestFiled,
  payoutChosen,
  topicConfigs,
  type Day,
  type Outgoing,
  type Service,
} from '#libs/contracts';
import { inTransaction, type Tx } from '#libs/database';
import { Records, recordsUp } from '#libs/records';
import { OpenGate } from '#libs/records/testing';
import {
  FileKeyDirectory,
  FileKeyring,
  EnvelopeOpener,
  SenderKeys,
  toBase64url,
  writePinnedIdentities,
} from '#libs/sealing';
import pg from 'pg';

import { kafka, kafkaUser, testDatabase } from '../../../test/support/stack.js';
import {
  Bus,
  busUp,
  largestEnvelopeBytes,
  prepareTopics,
  type Alarm,
  type BusLimits,
  openSlice,
  type BusOptions,
  type KafkaConnection,
  inboxKinds,
} from '../src/index.js';
import { handlerOf, type BatchHandler, type HandlerEntry, Inbox } from '../src/testing.js';

export const today = (): Day => dayOf(new Date());
/** Short pauses, so that a test never waits for a default. */
export const quick: Partial<BusLimits> = {
  fetchWaitMs: 150,
  relayPollMs: 1_000,
  standbyMs: 200,
  laterPollMs: 500,
  sessionTimeoutMs: 6_000,
};

const envelopeBytesMax = Math.max(largestEnvelopeBytes('payments'), largestEnvelopeBytes('eligibility'));

/** Keyrings of all services in a folder, created once per test file. */
export class Keys {
  readonly rings = new Map<Service, FileKeyring>();

  private constructor(
    readonly folder: string,
    readonly directory: FileKeyDirectory,
    readonly pinnedIdentitiesPath: string,
  ) {}

  static async create(day: Day = today()): Promise<Keys> {
    const folder = await mkdtemp(join(tmpdir(), 'bus-keys-'));
    const publicRoot = join(folder, 'public');
    const rings = new Map<Service, FileKeyring>();
    const pins: Record<string, ReturnType<FileKeyring['identities']>> = {};
    for (const service of ['intake', 'eligibility', 'payments', 'notification'] as const) {
      const ring = await FileKeyring.create({ privateDir: join(folder, service), publicRoot, service, life: keyLife });
      await ring.ensureDayKeys(day);
      rings.set(service, ring);
      pins[service] = ring.identities();
    }
    const pinnedIdentitiesPath = join(folder, 'pins.json');
    writePinnedIdentities(pinnedIdentitiesPath, pins);
    const keys = new Keys(folder, new FileKeyDirectory({ publicRoot, pinnedIdentitiesPath }), pinnedIdentitiesPath);
    for (const [service, ring] of rings) keys.rings.set(service, ring);
    return keys;
  }

  ring(service: Service): FileKeyring {
    const ring = this.rings.get(service);
    if (ring === undefined) throw new Error('no keyring');
    return ring;
  }

  senderKeys(service: Service, identityOf: Service = service): SenderKeys {
    return new SenderKeys({
      producer: service,
      identity: () => this.ring(identityOf).identity(),
      directory: this.directory,
      life: keyLife,
    });
  }

  opener(service: Service): EnvelopeOpener {
    return new EnvelopeOpener({ consumer: service, keyring: this.ring(service), directory: this.directory });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** The client under test. Another client must pass the same tests. */
export interface Transport {
  readonly name: string;
  create<S extends Service>(options: BusOptions<S>): Bus<S>;
}

export const kafkajs: Transport = { name: 'kafkajs', create: (options) => new Bus(options) };
export interface Broker {
  readonly connection: (user: Service | 'admin') => KafkaConnection;
}

export function sharedBroker(): Broker {
  const { brokers, admin } = kafka();
  return { connection: (user) => ({ brokers, ...(user === 'admin' ? admin : kafkaUser(user)) }) };
}

/** Topics for one test, with exactly the rights that the contracts give. */
export class World {
  private readonly buses: { stop(): Promise<void> }[] = [];
  private readonly closers: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly keys: Keys,
    readonly broker: Broker,
    readonly name: string,
    private readonly transport: Transport,
  ) {}

  static async create(
    keys: Keys,
    options: {
      name?: string;
      transport?: Transport;
      broker?: Broker;
      partitions?: number;
      configOf?: (topic: string) => Record<string, string>;
    } = {},
  ): Promise<World> {
    const name = options.name ?? `t${randomBytes(5).toString('hex')}`;
    const world = new World(keys, options.broker ?? sharedBroker(), name, options.transport ?? kafkajs);
    const config = (topic: string): Record<string, string> => options.configOf?.(topic) ?? {};
    const services = ['intake', 'eligibility', 'payments', 'notification'] as const;
    await prepareTopics(
      world.broker.connection('admin'),
      topicConfigs({ partitions: options.partitions ?? 2 }).map((each) => ({
        ...each,
        topic: world.topic(each.topic),
        config: { ...each.config, 'max.message.bytes': '1000000', ...config(each.topic) },
      })),
      services.flatMap(aclsFor).map((rule) => ({ ...rule, name: world.topic(rule.name) })),
    );
    return world;
  }

  topic(topic: string): string {
    return `${this.name}.${topic}`;
  }

  async database(): Promise<TestedDatabase> {
    const database = await TestedDatabase.create();
    this.closers.push(() => database.close());
    return database;
  }

  bus<S extends Service>(
    service: S,
    database: TestedDatabase,
    options: Partial<BusOptions<S>> = {},
  ): { readonly bus: Bus<S>; readonly alarms: Alarm[] } {
    const alarms: Alarm[] = [];
    const bus = this.transport.create<S>({
      service,
      pool: database.pool,
      direct: { connectionString: database.url },
      kafka: this.broker.connection(service),
      senderKeys: this.keys.senderKeys(service),
      opener: this.keys.opener(service),
      openSlice: (contract, slice) => openSlice(this.keys.ring(service), contract, slice),
      records: database.records(this.keys.ring(service)),
      gate: new OpenGate(options.clock ?? (() => new Date())),
      names: { topic: (topic) => this.topic(topic), group: this.topic(service) },
      onAlarm: (alarm) => alarms.push(alarm),
      ...options,
      limits: { ...quick, ...options.limits },
    });
    this.buses.push(bus);
    return { bus, alarms };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.buses.map((bus) => bus.stop()));
    await Promise.allSettled(this.closers.map((close) => close()));
  }
}

/** A service's database with the tables of bus and records, and a table in which handlers leave their effect. */
export class TestedDatabase {
  private kept: Records | undefined;

  private constructor(
    readonly url: string,
    readonly pool: pg.Pool,
    private readonly drop: () => Promise<void>,
  ) {}

  static async create(): Promise<TestedDatabase> {
    const { url, drop } = await testDatabase();
    const pool = new pg.Pool({ connectionString: url, max: 6 });
    // Dropping the database ends its idle connections.
    pool.on('error', () => undefined);
    for (const statement of [...recordsUp, ...busUp]) await pool.query(statement);
    await pool.query('CREATE TABLE effect (contract text NOT NULL, grant_id text NOT NULL)');
    return new TestedDatabase(url, pool, drop);
  }

  records(ring: FileKeyring): Records {
    if (this.kept === undefined) {
      this.kept = new Records({ keys: ring, kinds: inboxKinds({ envelopeBytesMax }) });
      void this.prepared(this.kept);
    }
    return this.kept;
  }

  private get inbox(): Inbox | undefined {
    return this.kept && new Inbox(this.kept, envelopeBytesMax);
  }

  /** Returns the effects of handlers, one text each, sorted. */
  async effects(): Promise<string[]> {
    const { rows } = await this.pool.query<{ grant_id: string }>('SELECT grant_id FROM effect ORDER BY 1');
    return rows.map((row) => row.grant_id);
  }

  async parked(): Promise<Readonly<Record<string, number>>> {
    const { inbox } = this;
    if (inbox === undefined) return {};
    return (await inTransaction(this.pool, (tx) => inbox.parked.summary(tx))).byCode;
  }

  /** Does what a retry does with parked messages, but with a due hour of the test. @returns how many there were */
  keepParkedForLater(due: Date): Promise<number> {
    const { inbox } = this;
    if (inbox === undefined) return Promise.resolve(0);
    return inTransaction(this.pool, async (tx) => {
      const parked = await inbox.parked.unpark(tx, (await inbox.parked.page(tx, 100)).rows);
      await inbox.delayed.keep(
        tx,
        parked.map((each) => ({ ...each, due })),
      );
      return parked.length;
    });
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.drop();
  }

  private async prepared(records: Records): Promise<void> {
    // Row keys are created once. A bus of the same database that starts later finds them.
    await inTransaction(this.pool, (tx) => records.prepare(tx, dayNumber(today()))).catch(() => undefined);
  }
}

export function id(text: string): string {
  const bytes = new Uint8Array(32);
  bytes.set(new TextEncoder().encode(text).subarray(0, 32));
  return toBase64url(bytes);
}

export function cancelled(name: string, version = 1, day: Day = today()): Outgoing<'eligibility'> {
  return message(grantCancelled, day, { grant: id(name), version, reason: 'withdrawn' });
}

export function awarded(name: string): Outgoing<'eligibility'> {
  return message(grantAwarded, today(), {
    grant: id(name),
    household: id('household'),
    caseRef: id('case'),
    kind: 'rapid',
    amountCents: '50000',
    needs: ['RENT'],
    tier: 1,
    serviceArea: 'Central',
    version: 1,
    stub: { profileHash: id('profile'), rules: ['attested'], evidenceClass: 'E1' },
  });
}

export type CancelHandler = BatchHandler<typeof grantCancelled>;
type ChosenHandler = BatchHandler<typeof payoutChosen>;
type Handlers = readonly HandlerEntry<'payments'>[];

/** Returns all handlers of payments. Those that the test does not replace leave an effect and return `done`. */
export function paymentsHandlers(onCancelled?: CancelHandler, onChosen?: ChosenHandler): Handlers {
  const leave: CancelHandler = async (deliveries, { tx }) => {
    await leaveEffects(tx, deliveries);
    return deliveries.map(() => ({ status: 'done' }));
  };
  return [
    handlerOf(grantCancelled, onCancelled ?? leave),
    handlerOf(grantAwarded, leave as unknown as BatchHandler<typeof grantAwarded>),
    handlerOf(payoutChosen, onChosen ?? ((deliveries) => Promise.resolve(deliveries.map(() => ({ status: 'done' }))))),
    handlerOf(paymentsRequestFiled, (deliveries) => Promise.resolve(deliveries.map(() => ({ status: 'done' })))),
  ];
}

export async function leaveEffects(
  tx: Tx,
  deliveries: readonly { readonly contract: { readonly name: string }; readonly payload: { readonly grant: string } }[],
): Promise<void> {
  await tx.query('INSERT INTO effect SELECT * FROM unnest($1::text[], $2::text[])', [
    deliveries.map(({ contract }) => contract.name),
    deliveries.map(({ payload }) => payload.grant),
  ]);
}

/** Waits until `read` returns a right value. Fails with the last value. */
export async function eventually<T>(
  read: () => Promise<T>,
  isRight: (value: T) => boolean,
  withinMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (isRight(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)?.slice(0, 300)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export const names = (count: number, prefix = 'g'): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(4, '0')}`);

export function ids(all: readonly string[]): string[] {
  return all.map(id).sort();
}
