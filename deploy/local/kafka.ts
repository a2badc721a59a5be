import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Child, run, waitUntil } from './child.js';
import { argumentFile, silentJvm } from './java.js';
import { kafkaJars } from './kafka-jars.js';
import type { KafkaOptions, KafkaUser } from './kafka-options.js';
import { clusterId, log4jProperties, serverProperties } from './kafka-properties.js';
import { isListening, requireFreePort } from './ports.js';
import { problemIn } from './problem.js';

/** An Apache Kafka broker (KRaft) on 127.0.0.1 with SCRAM users; everything is denied unless a rule allows it. */
export class Kafka {
  readonly #options: KafkaOptions;
  readonly #jars: string;
  #child: Child | undefined;

  private constructor(options: KafkaOptions, jars: string) {
    this.#options = options;
    this.#jars = jars;
  }

  /** @throws StackProblem 'java-missing' | 'java-old' | 'maven-…' | 'port-busy' | 'broker-down' */
  static async start(options: KafkaOptions): Promise<Kafka> {
    const kafka = new Kafka(options, await kafkaJars());
    await requireFreePort(options.port, 'Kafka');
    await requireFreePort(options.controllerPort, "Kafka's controller");
    await kafka.#format();
    await kafka.restart();
    return kafka;
  }

  get brokers(): string {
    return `127.0.0.1:${this.#options.port}`;
  }

  get admin(): KafkaUser {
    return this.#options.admin;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get child(): Child | undefined {
    return this.#child;
  }

  /** Starts the broker again on the same data after kill() or stop(). After a kill this takes about 3.5 s. */
  async restart(): Promise<void> {
    const { folder, port, logFile, heapMb = 512, quickStart = false } = this.#options;
    await writeFile(this.#properties, serverProperties(this.#options), { mode: 0o600 });
    await writeFile(join(folder, 'log4j2.properties'), log4jProperties);
    const args = [
      `-Xmx${heapMb}m`,
      '-XX:+UseSerialGC',
      ...silentJvm,
      ...(quickStart ? ['-XX:TieredStopAtLevel=1'] : []),
      '-cp',
      join(this.#jars, '*'),
      `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
      'kafka.Kafka',
      this.#properties,
    ];
    const child = await Child.start({ name: 'Kafka', command: 'java', args, logFile, stopSignal: 'SIGTERM' });
    this.#child = child;
    const outcome = await waitUntil(() => isListening(port), child, 60_000);
    if (outcome !== 'ready') {
      await child.kill();
      throw problemIn(child.lastOutput(), 'broker-down', `see ${logFile}`);
    }
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  /** Removes all of its data and formats its storage again. The broker must have ended. */
  async wipe(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true });
    await this.#format();
  }

  get #properties(): string {
    return join(this.#options.folder, 'server.properties');
  }

  /** The tool prints salted keys, so its output is discarded. It gets passwords in a file that is then removed. */
  async #format(): Promise<void> {
    const { folder, admin, users } = this.#options;
    if (existsSync(join(folder, 'data', 'meta.properties'))) return;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(this.#properties, serverProperties(this.#options), { mode: 0o600 });
    const scram = [admin, ...users].flatMap((user) => [
      '--add-scram',
      `SCRAM-SHA-256=[name=${user.username},password=${user.password}]`,
    ]);
    const java = ['-Xmx256m', '-XX:TieredStopAtLevel=1', ...silentJvm, '-cp', join(this.#jars, '*')];
    const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', this.#properties, ...scram];
    const file = join(folder, 'format.args');
    try {
      await writeFile(file, argumentFile(tool), { mode: 0o600 });
      await run('java', [...java, `@${file}`], { timeoutMs: 60_000 });
      await rm(file);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw problemIn((error as { output?: unknown }).output, 'broker-down', 'cannot format its storage');
    }
  }
}
