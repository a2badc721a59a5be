// The contracts' validators read it while they are loaded.
import 'reflect-metadata';

import { mkdir, rm } from 'node:fs/promises';

import { services } from '#libs/contracts';
import { brokerLogins, requirePorts, startKafka, startPostgres } from './backing.js';

import { AppProcesses } from './app-processes.js';
import { type App, apps } from './apps.js';
import type { Child } from './child.js';
import { type OwnerAccess, ownerAccess, type PerService, prepareDatabases } from './databases.js';
import { removeCityFile, writeCityFile } from './city-file.js';
import { enrolLocally } from './enrolment.js';
import { Kafka } from './kafka.js';
import { kafkaJars, requireJava } from './kafka-jars.js';
import { declareTopics } from './kafka-topics.js';
import { freshLog, logFile, makeRoot, refuseOtherCity, startOver, tieToCity } from './kept-files.js';
import { setUpKeyrings } from './keyring.js';
import { layoutAt, type Layout } from './layout.js';
import { migrateAll } from './migrations.js';
import { Postgres } from './postgres.js';
import { asProblem, StackProblem } from './problem.js';
import { claim, markOf, release, type RunningSystem, update } from './running.js';
import { secretsAt, type Secrets } from './secrets.js';
import {
  type BrokerAccess,
  environmentOf,
  internalPortOf,
  givenBroker,
  givenDatabases,
  givenOwners,
  perService,
  type Ports,
  profileFile,
  type Wiring,
} from './settings.js';
import type { StackOptions } from './stack-options.js';
import { TEST_AHEAD_MAX_MS, TestClock } from './test-clock.js';

/**
 * Starts PostgreSQL, Kafka and the apps, in that order, and returns when every app is ready. If a step fails,
 * everything that was started is stopped again.
 *
 * @throws StackProblem with one sentence that names the next step
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stack = new Stack(options);
  await stack.start();
  return stack;
}

/** One whole system on this machine. */
export class Stack {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly #options: StackOptions;
  readonly #apps: AppProcesses;
  #clock: TestClock | undefined;
  #postgres: Postgres | undefined;
  #kafka: Kafka | undefined;
  #wiring: Wiring | undefined;
  #claimed = false;
  #ready = false;
  #stopping: Promise<void> | undefined;

  constructor(options: StackOptions) {
    this.#options = options;
    this.layout = layoutAt(options.root);
    this.ports = options.ports;
    this.#apps = new AppProcesses({
      envOf: (app) => ({ ...environmentOf(app, this.#wired), ...options.env?.[app] }),
      logFile: (name) => this.logFile(name),
      freshLog: (name) => freshLog(this.layout, name),
      onStart: async (child) => {
        this.#watch(child);
        // stop() may have looked before this child existed.
        if (this.#stopping !== undefined) await child.kill();
      },
    });
  }

  /** The address of each app, without a trailing slash. */
  get urls(): Readonly<Record<App, string>> {
    return Object.fromEntries(apps.map((app) => [app, `http://127.0.0.1:${this.ports[app]}`])) as Record<App, string>;
  }

  /** The addresses of all instances of an app, in order. */
  urlsOf(app: App): readonly string[] {
    return this.#apps.urlsOf(app);
  }

  /** The internal listener of the first instance of each app, for health reports and operators. */
  get internalUrls(): Readonly<Record<App, string>> {
    const port = (app: App): number => this.ports[app === 'rail-simulator' ? app : internalPortOf(app)];
    return Object.fromEntries(apps.map((app) => [app, `http://127.0.0.1:${port(app)}`])) as Record<App, string>;
  }

  internalUrlsOf(app: App): readonly string[] {
    return this.#apps.internalUrlsOf(app);
  }

  /** The time in this system. */
  now(): Date {
    return this.#clock?.now() ?? new Date();
  }

  /** Moves the clocks of processes and databases. @throws Error if the system was started without a test clock */
  async setClock(offsetMs: number, databaseOffsetMs = offsetMs): Promise<void> {
    if (this.#clock === undefined) throw new Error('the system uses the clock of the machine');
    await this.#clock.set(offsetMs, databaseOffsetMs);
  }

  advanceTo(instant: Date): Promise<void> {
    return this.setClock(instant.getTime() - Date.now());
  }

  /** PostgreSQL's superuser, for tests that look at the bytes on disk. Undefined if the databases were given. */
  get superuserUrl(): string | undefined {
    return this.#postgres?.superuserUrl;
  }

  get databases(): PerService<string> {
    return this.#wired.databases;
  }

  get broker(): BrokerAccess {
    return this.#wired.broker;
  }

  logFile(name: string): string {
    return logFile(this.layout, name);
  }

  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      // Also stops processes that started after stop() looked.
      await this.#stop();
      throw asProblem(error);
    }
  }

  async #start(): Promise<void> {
    const { root, profile, given = {} } = this.#options;
    profileFile(profile);
    await makeRoot(root);
    await claim(this.layout.running, this.#describe());
    this.#claimed = true;
    if (this.#options.fresh !== true) refuseOtherCity(this.layout, profile);
    if (givenBroker(given) === undefined) requireJava();
    await requirePorts(this.#options);
    if (this.#options.fresh === true) await this.#step('Start over', () => startOver(this.layout));
    await mkdir(this.layout.logs, { recursive: true });
    await mkdir(this.layout.anchor, { recursive: true });
    // Removes the clock of an earlier system in this folder.
    await rm(this.layout.clock, { force: true });
    if (this.#options.clockOffsetMs !== undefined) {
      this.#clock = new TestClock(this.layout.clock, this.#options.clockOffsetMs);
    }
    const secrets = await secretsAt(this.layout.secrets, ['superuser', 'admin', ...services]);
    await this.#step('Keys', () => setUpKeyrings(this.layout, this.now()));

    let databases = givenDatabases(given);
    let broker = givenBroker(given);
    if (databases === undefined) {
      await this.#step('PostgreSQL', async () => void (databases = await this.#startPostgres(secrets)));
    }
    if (broker === undefined) {
      await this.#step('Kafka', async (say) => void (broker = await this.#startKafka(secrets, say)));
    }
    if (databases === undefined || broker === undefined) throw new StackProblem('not-given');
    const owners = this.#owners();
    if (owners !== undefined) await this.#step('Tables', () => migrateAll(owners));
    const hasTestClock = this.#clock !== undefined;
    this.#wiring = { layout: this.layout, ports: this.ports, profile, databases, broker, hasTestClock };
    if (broker.admin !== undefined) await this.#step('Topics and access rules', () => this.#declareTopics());
    const wanted = apps.filter((app) => this.#options.apps?.includes(app) ?? true);
    if (wanted.length > 0) {
      await this.#step('Services', () => this.#apps.startAll(wanted, this.ports, this.#options.instances ?? {}));
      // Only after the services accepted the data, since databases that were given may belong to another city.
      tieToCity(this.layout, profile);
    }
    const running = services.filter((service) => wanted.includes(service));
    if (running.length > 0 && owners !== undefined) {
      await this.#step('Devices and staff', () => enrolLocally(this.layout, owners, running));
    }
    this.#ready = true;
    this.#note();
  }

  /**
   * Stops everything it started: services first, then Kafka, then PostgreSQL. Can be called at any time, repeatedly.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    await this.#apps.stopAll();
    await this.#kafka?.stop();
    await this.#postgres?.stop();
    if (!this.#claimed) return;
    removeCityFile(this.layout);
    release(this.layout.running);
  }

  /** Kills everything with SIGKILL, if stopping takes too long. */
  async killAll(): Promise<void> {
    const parts = [...this.#apps.children, this.#kafka, this.#postgres].filter((part) => part !== undefined);
    await Promise.all(parts.map((part) => part.kill()));
  }

  /** Kills one instance of an app with SIGKILL: it has no time to finish anything. */
  async kill(app: App, number = 1): Promise<void> {
    await this.#apps.processOf(app, number)?.kill();
  }

  /** The process of an instance, for tests that suspend it or read its log. */
  processOf(app: App, number = 1): Child | undefined {
    return this.#apps.processOf(app, number);
  }

  /** Stops a running instance in good order, starts it again and waits until it is ready. */
  async restart(app: App, number = 1): Promise<void> {
    await this.#apps.restart(app, number);
  }

  /** Restarts every instance of an app, one after the other, as for a new release. */
  async roll(app: App): Promise<void> {
    await this.#apps.roll(app);
  }

  /** True if the instance's process runs, ready or not. */
  isRunning(app: App, number = 1): boolean {
    return this.#apps.isRunning(app, number);
  }

  async killKafka(): Promise<void> {
    await this.#kafka?.kill();
  }

  async stopKafka(): Promise<void> {
    await this.#kafka?.stop();
  }

  /** Starts the broker again, on the same data and port. */
  async restartKafka(): Promise<void> {
    await this.#kafka?.restart();
    this.#watch(this.#kafka?.child);
  }

  /** Removes every record, topic and offset, and starts the broker again with topics and rules, as on the first day. */
  async wipeKafka(): Promise<void> {
    await this.#kafka?.stop();
    await this.#kafka?.wipe();
    await this.restartKafka();
    await this.#declareTopics();
  }

  async killPostgres(): Promise<void> {
    await this.#postgres?.kill();
  }

  async restartPostgres(): Promise<void> {
    await this.#postgres?.restart();
    this.#watch(this.#postgres?.child);
  }

  get #wired(): Wiring {
    if (this.#wiring === undefined) throw new Error('the system has not been started');
    return this.#wiring;
  }

  async #step(title: string, work: (say: (text: string) => void) => Promise<void>): Promise<void> {
    if (this.#stopping !== undefined) throw new Error('stopped while starting');
    const { onStep = (_title, run) => run(() => undefined) } = this.#options;
    await onStep(title, work);
    if (this.#stopping !== undefined) throw new Error('stopped while starting');
  }

  async #startPostgres(secrets: Secrets): Promise<PerService<string>> {
    this.#postgres = await startPostgres(this.layout, this.ports, secrets);
    this.#watch(this.#postgres.child);
    return prepareDatabases(this.#postgres.superuserUrl, secrets.postgres);
  }

  #owners(): PerService<OwnerAccess> | undefined {
    const { superuserUrl } = this;
    if (superuserUrl === undefined) return givenOwners(this.#options.given ?? {});
    return perService((service) => ownerAccess(superuserUrl, service));
  }

  async #startKafka(secrets: Secrets, say: (text: string) => void): Promise<BrokerAccess> {
    await kafkaJars(() => say('downloading its jars with Maven, once (45 MB)'));
    const logins = brokerLogins(secrets);
    this.#kafka = await startKafka(this.layout, this.ports, logins);
    this.#watch(this.#kafka.child);
    return { brokers: this.#kafka.brokers, ...logins };
  }

  async #declareTopics(): Promise<void> {
    const { admin, brokers, ca } = this.broker;
    if (admin === undefined) return;
    const ahead = this.#clock === undefined ? {} : { timestampAfterMaxMs: TEST_AHEAD_MAX_MS };
    const broker = { brokers, admin, ...(ca === undefined ? {} : { ca }) };
    await declareTopics(broker, { partitions: this.#options.partitions ?? 4, ...ahead });
  }

  #watch(child: Child | undefined): void {
    if (child === undefined) return;
    this.#note();
    void child.exited.then((how) => {
      this.#note();
      // Before the system is ready, the step that waits for the process reports its end.
      if (this.#ready && !child.endingWasAsked) this.#options.onDeath?.(child.name, how, child.logFile);
    });
  }

  #note(): void {
    if (!this.#claimed || this.#stopping !== undefined) return;
    const system = this.#describe();
    update(this.layout.running, system);
    const { admin, brokers } = this.#wiring?.broker ?? {};
    const broker = admin === undefined || brokers === undefined ? {} : { broker: { brokers, ...admin } };
    const { instances, internalInstances: internal } = system;
    writeCityFile(this.layout, { services: instances, internal, ...broker, launcher: process.pid });
  }

  #describe(): RunningSystem {
    const children = [this.#postgres?.child, this.#kafka?.child, ...this.#apps.children];
    const living = children.filter((child) => child !== undefined).filter((child) => !child.hasEnded);
    const runningApps = apps.filter((app) => this.isRunning(app));
    return {
      launcher: markOf('launcher', process.pid),
      processes: living.map((child) => markOf(child.name, child.pid)),
      ready: this.#ready,
      profile: this.#options.profile,
      urls: Object.fromEntries(runningApps.map((app) => [app, this.urls[app]])),
      instances: Object.fromEntries(this.#apps.started.map((app) => [app, this.urlsOf(app)])),
      internalUrls: Object.fromEntries(runningApps.map((app) => [app, this.internalUrls[app]])),
      internalInstances: Object.fromEntries(this.#apps.started.map((app) => [app, this.internalUrlsOf(app)])),
      brokers: this.#wiring?.broker.brokers ?? '',
      root: this.layout.root,
    };
  }
}
