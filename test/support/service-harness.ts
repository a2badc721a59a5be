import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { handlerOf, type AnyDelivery, type HandlerEntry } from '#libs/bus';
import { deliver } from '#libs/bus/testing';
import {
  contractsTo,
  dayOf,
  keyLife,
  serviceSecrets,
  type AnyContract,
  type Contract,
  type Day,
  type Service,
} from '#libs/contracts';
import { FileKeyDirectory, FileKeyring, writePinnedIdentities, type PinnedIdentity } from '#libs/sealing';
import { openRuntime, type Clock, type Runtime, type ServiceSpec } from '#libs/service';

import { repositoryRoot } from '../../deploy/local/place.js';
import { testDatabase, type TestDatabase } from './stack.js';

const services = ['intake', 'eligibility', 'payments', 'notification'] as const;

/** Keyrings of all four services in a folder of their own, with every secret, as a set-up makes them. */
export class TestKeyrings {
  private constructor(
    readonly folder: string,
    private readonly rings: ReadonlyMap<Service, FileKeyring>,
  ) {}

  static async create(today: Day = dayOf(new Date())): Promise<TestKeyrings> {
    const folder = await mkdtemp(join(tmpdir(), 'service-keys-'));
    const rings = new Map<Service, FileKeyring>();
    const pins: Record<string, readonly PinnedIdentity[]> = {};
    for (const service of services) {
      const ring = await FileKeyring.create({
        privateDir: join(folder, service),
        publicRoot: join(folder, 'public'),
        service,
        life: keyLife,
      });
      for (const name of serviceSecrets[service]) await ring.createSecret(name);
      await ring.ensureDayKeys(today);
      rings.set(service, ring);
      pins[service] = ring.identities();
    }
    writePinnedIdentities(join(folder, 'pins.json'), pins);
    return new TestKeyrings(folder, rings);
  }

  ring(service: Service): FileKeyring {
    const ring = this.rings.get(service);
    if (ring === undefined) throw new Error('no keyring');
    return ring;
  }

  directory(): FileKeyDirectory {
    return new FileKeyDirectory({
      publicRoot: join(this.folder, 'public'),
      pinnedIdentitiesPath: join(this.folder, 'pins.json'),
    });
  }

  /** What a service is told about keys. */
  environmentOf(service: Service): Readonly<Record<string, string>> {
    return {
      KEYRING_PRIVATE: join(this.folder, service),
      KEYRING_PUBLIC: join(this.folder, 'public'),
      PINNED_IDENTITIES: join(this.folder, 'pins.json'),
    };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

export interface ServiceOptions {
  readonly keyrings: TestKeyrings;
  /** A file of deploy/profiles, without its ending. */
  readonly profile?: string;
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string>>;
}

/** A service's runtime on a database of its own, and without a broker: messages come through `deliver`. */
export interface ServiceUnderTest<S extends Service> {
  readonly runtime: Runtime<S>;
  readonly database: TestDatabase;
  /** Empties every table of records, handled keys included, so that the next script starts from nothing. */
  clear(): Promise<void>;
  /** Ends the runtime and removes the database. */
  close(): Promise<void>;
}

/** Nothing listens there: what a service says stays in its outbox, where a test can count it. */
const NO_BROKER = '127.0.0.1:1';

export async function openService<S extends Service>(
  spec: ServiceSpec<S>,
  { keyrings, profile = 'los-angeles', clock, env = {} }: ServiceOptions,
): Promise<ServiceUnderTest<S>> {
  const database = await testDatabase();
  const runtime = await openRuntime(
    spec,
    {
      PORT: '1',
      DATABASE_URL: database.url,
      KAFKA_BROKERS: NO_BROKER,
      KAFKA_USERNAME: spec.service,
      KAFKA_PASSWORD: 'none',
      PROFILE: join(repositoryRoot, 'deploy', 'profiles', `${profile}.json`),
      ...keyrings.environmentOf(spec.service),
      ...env,
    },
    clock,
  );
  return {
    runtime,
    database,
    async clear() {
      await runtime.pool.query('DELETE FROM record');
      await runtime.pool.query('DELETE FROM outbox');
    },
    async close() {
      await runtime.close();
      await database.drop();
    },
  };
}

type Outcome =
  { readonly ok: true; readonly results: readonly never[] } | { readonly ok: false; readonly error: unknown };
type Method = (
  deliveries: readonly AnyDelivery[],
  context: { readonly unit: unknown; readonly openSlice: unknown },
) => Promise<Outcome>;

/** Nest keeps what a method handles under this name. */
const PATTERN = 'microservices:pattern';

/** The handlers of message controllers that were made by hand, as Nest would find them by their decorators. */
export function handlersOf<S extends Service>(service: S, controllers: readonly object[]): readonly HandlerEntry<S>[] {
  const byTopic = new Map(contractsTo(service).map((contract: Contract) => [contract.topic, contract]));
  return controllers.flatMap((controller) => {
    const prototype = Object.getPrototypeOf(controller) as Record<string, unknown>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method = prototype[name];
      if (typeof method !== 'function') return [];
      const patterns = (Reflect.getMetadata(PATTERN, method) ?? []) as readonly string[];
      return patterns.flatMap((topic) => {
        const contract = byTopic.get(topic);
        if (contract === undefined) throw new Error('a handler of a contract to another service');
        const handle = async (...[deliveries, unit, openSlice]: Parameters<HandlerEntry<S>['handle']>) => {
          const outcome = await (method as Method).call(controller, deliveries, { unit, openSlice });
          if (outcome.ok) return outcome.results;
          throw outcome.error;
        };
        return [handlerOf(contract as AnyContract, handle as never) as unknown as HandlerEntry<S>];
      });
    });
  });
}

/** Delivers to a service under test: one batch, or each by itself when called for each. */
export function deliveryTo<S extends Service>(
  { runtime }: ServiceUnderTest<S>,
  controllers: readonly object[],
): (deliveries: readonly AnyDelivery[]) => Promise<void> {
  const processor = runtime.bus.processor(handlersOf(runtime.service, controllers));
  return (deliveries) => deliver(processor, deliveries);
}
