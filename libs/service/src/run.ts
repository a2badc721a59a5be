import 'reflect-metadata';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BatchTransport } from '#libs/bus';
import type { Service } from '#libs/contracts';
import { clockFrom, systemClock } from './clock.js';
import type { Environment } from './config.js';
import { HEALTH, HealthController, METRICS, type Health } from './health.controller.js';
import { createLog, errorFields, type Log } from './log.js';
import { nightlyWorkers } from './nightly-work.js';
import { ProblemFilter, sendProblem } from './problem.filter.js';
import { LegalHoldsController } from './legal-holds.controller.js';
import { OperationsController } from './operations.controller.js';
import { openRuntime, type Runtime, type ServiceSpec } from './runtime.js';
import { RUNTIME } from './runtime-token.js';
import { Staff } from './staff.entity.js';
import { StaffStore } from './staff.store.js';

/** Larger than any body that is accepted anywhere, so that what is refused for its size is refused early. */
const BODY_LIMIT_BYTES = 16_384;
const STOP_MS = 15_000;

@Module({})
class RuntimeModule {
  static of(runtime: Runtime<Service>): DynamicModule {
    const providers = [
      StaffStore,
      { provide: RUNTIME, useValue: runtime },
      { provide: HEALTH, useValue: healthOf(runtime) },
      { provide: METRICS, useValue: runtime.metrics },
    ];
    return {
      module: RuntimeModule,
      global: true,
      imports: [TypeOrmModule.forFeature([Staff])],
      controllers: [HealthController, OperationsController, LegalHoldsController],
      providers,
      exports: [RUNTIME, StaffStore],
    };
  }
}

/**
 * Intake is ready while its database answers: what it accepts waits in the outbox until the broker is back. The others
 * do their work only with both, and with a place among those who read.
 */
function healthOf({ bus, service, checks }: Runtime<Service>): Health {
  return {
    async report() {
      const { consumer, isReading, isBraked, lag, database, relay } = await bus.status();
      return {
        ready: database !== undefined && (service === 'intake' || (lag !== undefined && isReading)),
        checks: {
          consumer,
          database: database !== undefined,
          relay: relay.isLeader,
          lag: lag ?? 'unknown',
          parked: database?.parked ?? 'unknown',
          backlog: database?.backlog ?? 'unknown',
          republishing: database?.replayLeft ?? 'unknown',
          braked: isBraked,
          ...Object.fromEntries([...checks].map(([name, check]) => [name, check()])),
        },
      };
    },
  };
}

/** Starts a service and keeps it running until it is told to stop. Whatever fails is logged by its code, never by its text. */
export async function runService<S extends Service>(
  spec: ServiceSpec<S>,
  appModule: Type,
  env: Environment = process.env,
): Promise<void> {
  const began = performance.now();
  let clock = systemClock;
  const log = createLog(spec.service, undefined, { now: () => clock.now() });
  endOnFailure(log);
  try {
    clock = clockFrom(env);
    const runtime = await openRuntime(spec, env, clock);
    const app = await createApp(runtime as unknown as Runtime<Service>, appModule);
    await app.startAllMicroservices();
    await app.listen(runtime.config.port, runtime.config.host);
    log.write('info', 'started', { port: runtime.config.port, ms: Math.round(performance.now() - began) });
    const nights = nightlyWorkers(runtime.nightly, log);
    for (const worker of nights) worker.start();
    clock.onLeap?.(() => {
      for (const worker of nights) worker.wake();
    });
    stopOnSignal(log, async () => {
      for (const worker of nights) await worker.stop();
      await app.close();
      await runtime.close();
    });
  } catch (error) {
    log.write('error', 'start-failed', errorFields(error));
    process.exit(1);
  }
}

async function createApp(runtime: Runtime<Service>, appModule: Type): Promise<NestFastifyApplication> {
  @Module({ imports: [...runtimeModules(runtime), appModule] })
  class RootModule {}
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    logger: false,
    trustProxy: false,
    requestTimeout: 30_000,
    keepAliveTimeout: 60_000,
    // Who comes on a connection that stands while we stop is answered as any other, and told to come by a new one.
    return503OnClosing: false,
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, error, runtime.log),
  });
  const app = await NestFactory.create<NestFastifyApplication>(RootModule, adapter, {
    // Nest's own lines hold messages of errors, and those hold what somebody sent.
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
  readBodiesAsBytes(app);
  app.useGlobalFilters(new ProblemFilter(runtime.log));
  app.connectMicroservice({ strategy: new BatchTransport(runtime.bus) });
  await app.init();
  return app;
}

/** What the module of a service stands on: its runtime, its health, its entities. */
export function runtimeModules(runtime: Runtime<Service>): readonly DynamicModule[] {
  return [
    RuntimeModule.of(runtime),
    TypeOrmModule.forRootAsync({
      useFactory: () => ({ ...runtime.dataSource.options, autoLoadEntities: false }),
      dataSourceFactory: () => Promise.resolve(runtime.dataSource),
    }),
  ];
}

/** Bodies reach a controller as bytes: it validates them by the contract, and a signature covers them as they came. */
export function readBodiesAsBytes(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log.write('info', 'stopping', { signal });
      setTimeout(() => process.exit(1), STOP_MS).unref();
      stop().then(
        () => {
          log.write('info', 'stopped');
          process.exit(0);
        },
        (error: unknown) => {
          log.write('error', 'process-failed', errorFields(error));
          process.exit(1);
        },
      );
    });
  }
}

function endOnFailure(log: Log): void {
  const end = (error: unknown): void => {
    log.write('error', 'process-failed', errorFields(error));
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
