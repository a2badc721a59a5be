import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';

import { Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Pool } from 'pg';
import { DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';

import { BatchTransport, Bus, BusError } from '#libs/bus';
import { deliver, type AnyDelivery, type HandlerEntry, type Processor } from '#libs/bus/testing';
import { contractsFrom, decodePayload, type AnyContract, type Contract, type Service } from '#libs/contracts';
import type { Profile } from '#libs/policy';
import { DestructionGate, Records } from '#libs/records';
import { OpenGate } from '#libs/records/testing';
import { hmacSha256, EnvelopeOpener, type Keyring } from '#libs/sealing';
import {
  CityProfile,
  Clock,
  dataSourceOf,
  entitiesOf,
  HealthChecks,
  Log,
  migrate,
  ProblemFilter,
  ServiceModule,
  systemClock,
  type HealthReport,
  type ServiceDefinition,
} from '#libs/service';
import {
  AccessGuard,
  closeResources,
  DoorLimits,
  ENVIRONMENT,
  httpAdapter,
  InternalListener,
  KEYRING,
  KeyRegisters,
  Nightly,
  prepareDoors,
  quietly,
  Readiness,
} from '#libs/service/testing';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { SERVICE_ROLE, testDatabase, type TestDatabase } from './stack.js';
import type { TestKeyrings } from './test-keyrings.js';

/** A message that a service published, opened with the consumer's keys. */
export interface PublishedMessage {
  readonly contract: string;
  readonly day: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface ServiceOptions {
  readonly keyrings: TestKeyrings;
  /** The service's own module. Without one only the modules that every service has are loaded. */
  readonly module?: Type;
  /** A file of deploy/profiles, without its ending. */
  readonly profile?: string;
  readonly clock?: Clock;
  /** `real`: the service asks its witnesses. By default every leap of the clock is right, and the gate is open. */
  readonly gate?: 'real';
  readonly env?: Readonly<Record<string, string>>;
  /** Replaced providers, such as workers that do nothing until a test tells them to. */
  readonly instead?: readonly (readonly [Type | (abstract new (...args: never[]) => object), Type])[];
  /** An existing database, which stays when the service is closed. */
  readonly database?: TestDatabase;
}

const CONFLICTS_MAX = 20;
/** Nothing listens at this address: published messages stay in the outbox, where a test can count them. */
const NO_BROKER = '127.0.0.1:1';

/**
 * A service's whole Nest application, with its own database and without a broker: endpoints, providers and handlers.
 * Messages come through `deliver`.
 */
export class ServiceUnderTest<S extends Service> {
  private app!: NestFastifyApplication;
  private internal!: InternalListener;
  private handlers: readonly HandlerEntry<S>[] = [];
  private processor: Processor<S> | undefined;
  private ownerPool: Pool | undefined;
  private ownerSource!: DataSource;
  /** Every route, as `main GET /v1/profile` or `internal GET /metrics`. */
  routes: readonly string[] = [];
  /** The address of the internal listener. */
  internalUrl = '';

  private constructor(
    readonly definition: ServiceDefinition<S>,
    private readonly options: ServiceOptions,
    readonly database: TestDatabase,
  ) {}

  static async open<S extends Service>(
    definition: ServiceDefinition<S>,
    options: ServiceOptions,
  ): Promise<ServiceUnderTest<S>> {
    const service = new ServiceUnderTest(definition, options, options.database ?? (await testDatabase()));
    await service.migrate();
    await service.start();
    return service;
  }

  /** Starts the application again on the same database, without anything that a process remembers. */
  async reopen(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Starts the application after `stop`. */
  startAgain(): Promise<void> {
    return this.start();
  }

  /** Makes the tables as their owner, and gives the role of the service its rights. */
  migrate(role = SERVICE_ROLE): Promise<void> {
    return migrate(this.definition, { ownerUrl: this.database.url, role });
  }

  private async start(): Promise<void> {
    const { module = bare(this.definition), instead = [], clock, gate } = this.options;
    let builder = Test.createTestingModule({ imports: [module] })
      .overrideProvider(ENVIRONMENT)
      .useValue(this.environment());
    if (clock !== undefined) builder = builder.overrideProvider(Clock).useValue(clock);
    if (gate === undefined) {
      const now = (): Date => (clock ?? systemClock).now();
      builder = builder.overrideProvider(DestructionGate).useValue(new OpenGate(now));
    }
    for (const [provider, other] of instead) builder = builder.overrideProvider(provider).useClass(other);
    const compiled = await builder.compile();
    this.internal = new InternalListener();
    const adapter = httpAdapter(compiled.get(Log), this.internal);
    const routes: string[] = [];
    adapter.getInstance().addHook('onRoute', ({ method, url, constraints = {} }) => {
      const listener = (constraints as { listener?: string }).listener ?? 'main';
      for (const verb of [method].flat()) if (verb !== 'HEAD') routes.push(`${listener} ${verb} ${url}`);
    });
    this.app = compiled.createNestApplication<NestFastifyApplication>(adapter, quietly);
    prepareDoors(this.app, compiled.get(AccessGuard, { strict: false }), compiled.get(DoorLimits, { strict: false }));
    this.ownerSource = await this.ownersSource();
    this.app.useGlobalFilters(new ProblemFilter(compiled.get(Log)));
    const listener = new HandlerCatcher<S>();
    this.app.connectMicroservice({ strategy: new BatchTransport(listener as unknown as Bus<S>) });
    await this.app.init();
    await this.app.startAllMicroservices();
    this.routes = routes.toSorted();
    const port = await this.internal.listen(adapter.getInstance(), 0, '127.0.0.1');
    this.internalUrl = `http://127.0.0.1:${port}`;
    [this.handlers, this.processor] = [listener.entries, undefined];
  }

  private ownersSource(): Promise<DataSource> {
    const { url } = this.database;
    return dataSourceOf({ url, entities: entitiesOf(this.definition), migrations: [] }).initialize();
  }

  private environment(): Readonly<Record<string, string>> {
    const { keyrings, profile = 'los-angeles', env = {} } = this.options;
    const { service } = this.definition;
    return {
      PORT: '1',
      INTERNAL_PORT: '2',
      DATABASE_URL: this.database.serviceUrl,
      KAFKA_BROKERS: NO_BROKER,
      KAFKA_USERNAME: service,
      KAFKA_PASSWORD: 'none',
      PROFILE: join(repositoryRoot, 'deploy', 'profiles', `${profile}.json`),
      ...keyrings.environmentOf(service),
      ...env,
    };
  }

  get<T>(provider: Type<T> | (abstract new (...args: never[]) => T) | symbol): T {
    return this.app.get<T>(provider as Type<T>, { strict: false });
  }

  get bus(): Bus<S> {
    return this.get<Bus<S>>(Bus);
  }

  get records(): Records {
    return this.get(Records);
  }

  /** The test's own hand in the database, with the rights of the tables' owner. */
  get pool(): Pool {
    this.ownerPool ??= ownersPool(this.database.url);
    return this.ownerPool;
  }

  /** The connections of the service, with the rights of its role. */
  get servicePool(): Pool {
    return this.get(Pool);
  }

  get keyring(): Keyring {
    return this.get<Keyring>(KEYRING);
  }

  /** Returns a keyed hash under a secret of the service, computed independently. */
  keyed(secret: string, ...parts: readonly (string | number | Uint8Array)[]): Buffer {
    return Buffer.from(hmacSha256(this.keyring.secret(secret), ...parts));
  }

  get nightly(): Nightly {
    return this.get(Nightly);
  }

  get clock(): Clock {
    return this.get(Clock);
  }

  get profile(): Profile {
    return this.get(CityProfile).profile;
  }

  get checks(): HealthChecks {
    return this.get(HealthChecks);
  }

  /** Reads the lists of staff and devices again, as a service does every few seconds. */
  async readKeys(): Promise<void> {
    await this.get(KeyRegisters).load();
  }

  /** Rows of an entity, with the rights of the tables' owner: a service may enrol nobody. */
  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return this.ownerSource.getRepository(entity);
  }

  /** Sends a request to the service's main listener. */
  readonly inject: NestFastifyApplication['inject'] = ((request: never) => this.app.inject(request)) as never;

  /** Returns the report that a signed operator reads, with exact counts. */
  health(): Promise<HealthReport> {
    return this.get(Readiness).report();
  }

  /** Delivers one batch on the real database, with everything that the bus does without Kafka. */
  async deliver(deliveries: readonly AnyDelivery[]): Promise<void> {
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        this.processor ??= this.bus.processor(this.handlers);
        return await deliver(this.processor, deliveries);
      } catch (error) {
        // After a conflict with another transaction the bus pauses and tries again.
        if (!(error instanceof BusError) || error.code !== 'halted' || conflicts >= CONFLICTS_MAX) throw error;
        await sleep(20);
      }
    }
  }

  /** Returns everything published since the last `clear`, in no order. */
  async published(): Promise<readonly PublishedMessage[]> {
    const { keyrings } = this.options;
    const contracts = new Map(contractsFrom(this.definition.service).map((each: Contract) => [each.topic, each]));
    const openers = new Map<string, EnvelopeOpener>();
    const { rows } = await this.pool.query<{ topic: string; day: string; envelope: Buffer }>(
      'SELECT topic, day::text AS day, envelope FROM outbox',
    );
    return rows.map(({ topic, day, envelope }) => {
      const contract = contracts.get(topic);
      if (contract === undefined) throw new Error('an undeclared message was published');
      const { name, version, producer } = contract;
      const consumer = contract.consumer as Service;
      const opener =
        openers.get(consumer) ??
        new EnvelopeOpener({ consumer, keyring: keyrings.ring(consumer), directory: keyrings.directory() });
      openers.set(consumer, opener);
      const plaintext = opener.open({ contract: name, version, producer, day }, envelope);
      return { contract: name, day, payload: { ...decodePayload(contract as AnyContract, plaintext) } };
    });
  }

  /** Returns the bodies of one kind. */
  async kept(kind: string): Promise<readonly object[]> {
    const rows = await this.bus.transaction(async ({ tx }) => (await this.records.begin(tx)).scan(kind, 10_000));
    return rows.map(({ body }) => body);
  }

  /** Counts parked messages by code. */
  async parked(): Promise<Readonly<Record<string, number>>> {
    const parkedBy: Record<string, number> = {};
    for (const body of (await this.kept('parked')) as readonly { code?: string }[]) {
      parkedBy[body.code ?? ''] = (parkedBy[body.code ?? ''] ?? 0) + 1;
    }
    return parkedBy;
  }

  /** Empties every table of records, handled keys included, so that the next script starts from nothing. */
  async clear(): Promise<void> {
    await this.pool.query('DELETE FROM record');
    await this.pool.query('DELETE FROM outbox');
  }

  /** Ends the application; the database stays. */
  async stop(): Promise<void> {
    await this.internal.close();
    await this.app.close();
    await closeResources(this.app);
    await this.ownerSource.destroy();
    await this.ownerPool?.end();
    this.ownerPool = undefined;
  }

  /** Ends the application and removes the database, unless it was there before. */
  async close(): Promise<void> {
    await this.stop();
    if (this.options.database === undefined) await this.database.drop();
  }
}

function ownersPool(connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: 4 });
  pool.on('error', () => undefined);
  return pool;
}

function bare<S extends Service>(definition: ServiceDefinition<S>): Type {
  @Module({ imports: [ServiceModule.for(definition)] })
  class BareModule {}
  return BareModule;
}

/** Takes the place of the bus, to learn which handlers Nest would give it. */
class HandlerCatcher<S extends Service> {
  entries: readonly HandlerEntry<S>[] = [];

  consume(entries: readonly HandlerEntry<S>[]): void {
    this.entries = entries;
  }

  stopConsuming(): Promise<void> {
    return Promise.resolve();
  }
}
