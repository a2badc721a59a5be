import { type App, apps, startApp, waitForApp } from './apps.js';
import type { Child } from './child.js';
import { type Instance, type InstanceCounts, instancesOf } from './instances.js';
import type { Ports } from './settings.js';

export interface AppProcessesOptions {
  readonly envOf: (app: App) => Readonly<Record<string, string>>;
  /** The file to which a process's log is appended. */
  readonly logFile: (name: string) => string;
  /** The log file of a process that starts for the first time in this run. */
  readonly freshLog: (name: string) => string;
  /** Called with each process when it starts. */
  readonly onStart: (child: Child) => Promise<void>;
}

/** The processes of the apps: their number, and operations on one of them for tests. */
export class AppProcesses {
  readonly #children = new Map<string, Child>();
  #instances: readonly Instance[] = [];

  constructor(private readonly options: AppProcessesOptions) {}

  /** Every process that was started, running or not. */
  get children(): readonly Child[] {
    return [...this.#children.values()];
  }

  /** The apps with at least one process. */
  get started(): readonly App[] {
    return apps.filter((app) => this.#of(app).length > 0);
  }

  /** Starts every wanted process, and waits until all are ready. @throws StackProblem 'port-busy', 'service-down' */
  async startAll(wanted: readonly App[], ports: Ports, counts: InstanceCounts): Promise<void> {
    this.#instances = await instancesOf(wanted, ports, counts);
    await Promise.all(this.#instances.map((instance) => this.#start(instance)));
    await Promise.all(this.#instances.map((instance) => this.#waitFor(instance)));
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.children.map((child) => child.stop()));
  }

  /** The addresses of all instances of an app, in order. */
  urlsOf(app: App): readonly string[] {
    return this.#of(app).map(({ port }) => `http://127.0.0.1:${port}`);
  }

  /** The addresses of their internal listeners. */
  internalUrlsOf(app: App): readonly string[] {
    return this.#of(app).map(({ internalPort }) => `http://127.0.0.1:${internalPort}`);
  }

  processOf(app: App, number: number): Child | undefined {
    return this.#children.get(this.#instance(app, number).name);
  }

  isRunning(app: App, number: number): boolean {
    const instance = this.#of(app).find((each) => each.number === number);
    return instance !== undefined && this.#children.get(instance.name)?.hasEnded === false;
  }

  /** Stops a running instance in good order, starts it again and waits until it is ready. */
  async restart(app: App, number: number): Promise<void> {
    const instance = this.#instance(app, number);
    await this.#children.get(instance.name)?.stop();
    await this.#start(instance);
    await this.#waitFor(instance);
  }

  /** Restarts every instance of an app, one after the other. */
  async roll(app: App): Promise<void> {
    for (const { number } of this.#of(app)) await this.restart(app, number);
  }

  async #start({ app, name, port, internalPort }: Instance): Promise<void> {
    const { envOf, logFile, freshLog, onStart } = this.options;
    const log = this.#children.has(name) ? logFile(name) : freshLog(name);
    const child = await startApp({ app, name, port, internalPort, env: envOf(app), logFile: log });
    this.#children.set(name, child);
    await onStart(child);
  }

  async #waitFor({ name, internalPort }: Instance): Promise<void> {
    const child = this.#children.get(name);
    if (child !== undefined) await waitForApp(child, internalPort);
  }

  #of(app: App): readonly Instance[] {
    return this.#instances.filter((instance) => instance.app === app);
  }

  #instance(app: App, number: number): Instance {
    const instance = this.#of(app).find((each) => each.number === number);
    if (instance === undefined) throw new Error('there is no such instance');
    return instance;
  }
}
