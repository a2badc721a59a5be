import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';

import { BatchTransport, BusError, type AnyDelivery, type Bus, type HandlerEntry, type Processor } from '#libs/bus';
import { deliver } from '#libs/bus/testing';
import { decodePayload, type AnyContract, type Contract, type Service, contractsFrom } from '#libs/contracts';
import { RecordOpener } from '#libs/sealing';
import { ProblemFilter, readBodiesAsBytes, runtimeModules, type Runtime } from '#libs/service';

import type { ServiceUnderTest, TestKeyrings } from './service-harness.js';

/** A message that a service has said, opened by the one it is for. */
export interface Said {
  readonly contract: string;
  readonly day: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const CONFLICTS_MAX = 20;

export interface AppOptions {
  readonly keyrings: TestKeyrings;
  /** Providers in another shape: workers that do nothing until a test tells them to. */
  readonly instead?: readonly (readonly [Type, Type])[];
}

/** A service's whole Nest application on a service under test: its HTTP doors, its providers, its handlers. */
export class ServiceApp<S extends Service> {
  private constructor(
    readonly app: NestFastifyApplication,
    private readonly service: ServiceUnderTest<S>,
    private readonly keyrings: TestKeyrings,
    private readonly processor: Processor<S>,
  ) {}

  static async open<S extends Service>(
    service: ServiceUnderTest<S>,
    module: Type,
    { keyrings, instead = [] }: AppOptions,
  ): Promise<ServiceApp<S>> {
    const runtime = service.runtime as unknown as Runtime<Service>;
    let builder = Test.createTestingModule({ imports: [...runtimeModules(runtime), module] });
    for (const [provider, other] of instead) builder = builder.overrideProvider(provider).useClass(other);
    const compiled = await builder.compile();
    const app = compiled.createNestApplication<NestFastifyApplication>(new FastifyAdapter({ logger: false }), {
      logger: false,
      bodyParser: false,
    });
    readBodiesAsBytes(app);
    app.useGlobalFilters(new ProblemFilter(runtime.log));
    const listener = new HandlerCatcher<S>();
    app.connectMicroservice({ strategy: new BatchTransport(listener as unknown as Bus<S>) });
    await app.init();
    await app.startAllMicroservices();
    return new ServiceApp(app, service, keyrings, service.runtime.bus.processor(listener.entries));
  }

  get<T>(provider: Type<T>): T {
    return this.app.get(provider, { strict: false });
  }

  /** One batch, on the real database, with everything that the bus does besides Kafka. */
  async deliver(deliveries: readonly AnyDelivery[]): Promise<void> {
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        return await deliver(this.processor, deliveries);
      } catch (error) {
        // Where another transaction was in the way, the bus rests and does it again.
        if (!(error instanceof BusError) || error.code !== 'halted' || conflicts >= CONFLICTS_MAX) throw error;
        await sleep(20);
      }
    }
  }

  /** Everything said since the last `forget`, in no order. */
  async said(): Promise<readonly Said[]> {
    const contracts = new Map(contractsFrom(this.service.runtime.service).map((each: Contract) => [each.topic, each]));
    const openers = new Map<string, RecordOpener>();
    const { rows } = await this.service.runtime.pool.query<{ topic: string; day: string; record: Buffer }>(
      'SELECT topic, day::text AS day, record FROM outbox',
    );
    return rows.map(({ topic, day, record }) => {
      const contract = contracts.get(topic);
      if (contract === undefined) throw new Error('something undeclared was said');
      const { name, version, producer } = contract;
      const consumer = contract.consumer as Service;
      const opener =
        openers.get(consumer) ??
        new RecordOpener({ consumer, keyring: this.keyrings.ring(consumer), directory: this.keyrings.directory() });
      openers.set(consumer, opener);
      const plaintext = opener.open({ contract: name, version, producer, day }, record);
      return { contract: name, day, payload: { ...decodePayload(contract as AnyContract, plaintext) } };
    });
  }

  async parked(): Promise<Readonly<Record<string, number>>> {
    const { parkedBy } = await parkedOf(this.service.runtime);
    return parkedBy;
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** Stands where the bus is, to learn which handlers Nest would give it. */
class HandlerCatcher<S extends Service> {
  entries: readonly HandlerEntry<S>[] = [];

  consume(entries: readonly HandlerEntry<S>[]): void {
    this.entries = entries;
  }

  stopConsuming(): Promise<void> {
    return Promise.resolve();
  }
}

async function parkedOf<S extends Service>(
  runtime: Runtime<S>,
): Promise<{ readonly parkedBy: Readonly<Record<string, number>> }> {
  const rows = await runtime.bus.transaction(async ({ tx }) => {
    const records = await runtime.records.begin(tx);
    return records.scan<{ code?: string }>('parked', 10_000);
  });
  const parkedBy: Record<string, number> = {};
  for (const { body } of rows) parkedBy[body.code ?? ''] = (parkedBy[body.code ?? ''] ?? 0) + 1;
  return { parkedBy };
}
