import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Pool } from 'pg';
import { BatchTransport, Bus } from '#libs/bus';
import type { Service } from '#libs/contracts';
import { LeaseHolder } from '#libs/records';
import { DoorLimits } from './limits/door-limits.js';
import { AccessGuard } from './auth/access.guard.js';
import { controllerRoutes } from './auth/controller-routes.js';
import { NoDeviceDirectoryError } from './auth/device-directory.js';
import { runEnrolment, staffEnrolment } from './auth/enrolment.js';
import { ConfigError } from './config/config-error.js';
import { environment } from './config/environment.js';
import type { ListenerConfig } from './config/listener.config.js';
import { ServiceConfig } from './config/service.config.js';
import { readConfig } from './config/setting.js';
import { UnusableSettingError, useSetting } from './config/use-setting.js';
import { DirectPool } from './database/data-source.js';
import { DataVersionError } from './database/data-version-error.js';
import { keptDataExitCodeOf } from './database/kept-data.js';
import { runMigration } from './definition/migrate.js';
import { OtherCityError } from './database/other-city-error.js';
import { Clock } from './clock/clock.js';
import { HealthChecks } from './health/health-checks.js';
import { CertificateWatch } from './health/certificate-watch.js';
import { NotMigratedError, OtherSchemaError } from './database/schema-error.js';
import { Certificate } from './http/certificate.js';
import { createHttpApp, httpAdapter, prepareDoors } from './http/http-app.js';
import { InternalListener } from './http/listeners.js';
import { ExposedRouteError, UnauditedRouteError, UndeclaredRouteError } from './http/route-check.js';
import { controllersOf } from './openapi/controllers-of.js';
import { describeService } from './openapi/describe.js';
import { CoreFilesError, withholdMemory, type CoreFiles } from './process/core-files.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { createLog, errorFields, Log } from './log/log.js';
import { BrokerRights, OtherRightsError } from './messaging/broker-rights.js';
import { NightlyWorker } from './records/nightly.worker.js';
import { Workers } from './scheduling/workers.js';
import type { ServiceDefinition } from './definition/service-definition.js';

const STOP_MS = 15_000;

/**
 * The program of a service. Without a command it serves; `migrate` prepares the database and ends; `enrol WHAT FILE`
 * enrols keys and ends; `openapi` prints the description of its routes and needs no settings.
 */
export async function runService<S extends Service>(definition: ServiceDefinition<S>, module: Type): Promise<void> {
  const coreFiles = withholdMemory();
  // Without a listener and without the flag --disable-sigusr1, this signal opens Node's debugger.
  process.on('SIGUSR1', () => undefined);
  const [command, what = '', file = ''] = process.argv.slice(2);
  if (command === 'openapi') return printDescription(definition.service, module);
  if (command === 'migrate') return runMigration(definition, environment());
  if (command !== 'enrol') return serve(definition, module, coreFiles);
  await runEnrolment([staffEnrolment, ...(definition.enrolments ?? [])], { what, file, env: environment() });
}

function printDescription(service: Service, module: Type): void {
  process.stdout.write(`${JSON.stringify(describeService(service, controllerRoutes(controllersOf(module))))}\n`);
}

/**
 * Starts a service and keeps it running until a signal stops it. The log names a failure by its code, never by its
 * text.
 */
async function serve<S extends Service>(
  definition: ServiceDefinition<S>,
  module: Type,
  coreFiles: CoreFiles,
): Promise<void> {
  const began = performance.now();
  const log = createLog(definition.service);
  endOnFailure(log);
  try {
    const settings = readConfig(definition.config, environment());
    const { certificate } = await certificateIn(settings);
    const internal = new InternalListener(certificate);
    const adapter = httpAdapter(log, internal, { certificate, terminatedBy: settings.tlsTerminatedBy });
    const app = await createHttpApp(module, adapter);
    const rights = app.get(BrokerRights, { strict: false });
    await rights.check();
    await prepare(app, internal);
    const { port, host, internalPort, internalHost, isProduction } = app.get(ServiceConfig);
    if (isProduction && coreFiles === 'on') throw new CoreFilesError();
    await useSetting('PORT', () => app.listen(port, host));
    await useSetting('INTERNAL_PORT', () =>
      internal.listen(app.getHttpAdapter().getInstance(), internalPort, internalHost),
    );
    app.get(Log).write('info', 'started', { port, coreFiles, ms: Math.round(performance.now() - began) });
    if (certificate !== undefined) watch(certificate, app);
    app.get(NightlyWorker, { strict: false }).start();
    stopOnSignal(log, async () => {
      // The loops end while requests get their answers. Nest waits for the loops before it closes anything else.
      void app.get(Workers).stop();
      await internal.close();
      await app.close();
      rights.stop();
      await closeResources(app);
    });
  } catch (error) {
    const { settings, route } = error as { readonly settings?: unknown; readonly route?: unknown };
    log.write('error', 'start-failed', { ...errorFields(error), settings, route });
    process.exit(exitCodeOf(error));
  }
}

function watch(certificate: Certificate, app: NestFastifyApplication): void {
  new CertificateWatch(certificate, app.get(Clock), app.get(Log)).start(app.get(Workers), app.get(HealthChecks));
}

/** The certificate of the process; absent: its listeners speak plain text. @throws UnusableSettingError */
async function certificateIn({ tlsCert: cert, tlsKey: key }: ListenerConfig): Promise<{ certificate?: Certificate }> {
  if (cert === undefined || key === undefined) return {};
  return { certificate: await Certificate.read({ cert, key }) };
}

/** The errors that are printed when a service does not start. Their messages name settings without values. */
const refusals = [
  ConfigError,
  DataVersionError,
  OtherCityError,
  NotMigratedError,
  OtherSchemaError,
  NoDeviceDirectoryError,
  UndeclaredRouteError,
  UnusableSettingError,
  ExposedRouteError,
  UnauditedRouteError,
  CoreFilesError,
  OtherRightsError,
] as const;

function exitCodeOf(error: unknown): number {
  if (refusals.some((refusal) => error instanceof refusal)) process.stderr.write(`${(error as Error).message}\n`);
  return keptDataExitCodeOf(error) ?? 1;
}

/** Starts Nest: the filters, the bus as a transport, every provider. */
async function prepare(app: NestFastifyApplication, internal: InternalListener): Promise<void> {
  const limits = app.get(DoorLimits, { strict: false });
  prepareDoors(app, app.get(AccessGuard, { strict: false }), limits);
  internal.watch = (server) => limits.watchInternal(server);
  app.useGlobalFilters(new ProblemFilter(app.get(Log)));
  app.connectMicroservice({ strategy: new BatchTransport(app.get<Bus<Service>>(Bus)) });
  await app.init();
  await app.startAllMicroservices();
}

/** Closes the shared resources of an application after all of its parts have stopped. */
export async function closeResources(app: Pick<NestFastifyApplication, 'get'>): Promise<void> {
  await app.get<Bus<Service>>(Bus).stop();
  await app.get(LeaseHolder).stop();
  await app.get(Pool).end();
  await app.get(DirectPool).end();
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
