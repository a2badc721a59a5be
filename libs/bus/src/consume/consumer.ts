import { contractsTo, type Contract, type Service } from '#libs/contracts';
import { Bell } from '#libs/database';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type pg from 'pg';

import type { OnAlarm } from '../trouble/alarm.js';
import { Attempts } from './attempts.js';
import { BusError } from '../trouble/errors.js';
import { Joiner } from './joiner.js';
import { consumerOf, type ConsumerSettings } from '../kafka/kafka-client.js';
import { dayOfTimestamp, type Incoming } from './opening.js';
import { partitionKey, standings, startAt } from './positions.js';
import type { Applied, Control } from './processor.js';
import { Backoff } from '../trouble/backoff.js';

export interface ConsumerOptions {
  readonly service: Service;
  readonly pool: pg.Pool;
  readonly client: Kafka;
  readonly admin: () => Promise<Admin>;
  readonly settings: ConsumerSettings;
  readonly topicName: (topic: string) => string;
  readonly process: (messages: readonly Incoming[], control: Control) => Promise<void>;
  readonly batchMax: number;
  readonly rejoinMs: number;
  readonly alarm: OnAlarm;
  readonly point: (name: 'before-offsets') => Promise<void>;
}

export type ConsumerState = 'stopped' | 'joining' | 'running' | 'restarting' | 'braked';

/** So many partitions of one topic are worked on at once; more would wait their turn. */
const PARTITIONS_PER_TOPIC = 64;

/**
 * Reads the topics of a service for as long as it lives. The client library ends itself on errors it does not know;
 * then a new one is started in its place, so that no process looks healthy without reading.
 */
export class BusConsumer {
  state: ConsumerState = 'stopped';
  private readonly contracts: ReadonlyMap<string, Contract>;
  private readonly attempts: Attempts;
  private readonly bell = new Bell();
  private running: Promise<void> | undefined;
  private stopping = false;
  private ready: Promise<void> = Promise.resolve();
  /** Changes with every assignment, so that what was begun for an old one ends. */
  private generation = 0;
  private readonly expected = new Map<string, bigint>();
  private readonly applied: Applied = new Map();
  private goBack: (() => void) | undefined;
  /** Since when it is without a place in the group, on the clock of the process: from ever, until it has had one. */
  private awaySince = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: ConsumerOptions) {
    this.attempts = new Attempts(options.pool);
    this.contracts = new Map(
      contractsTo(options.service).map((contract: Contract) => [options.topicName(contract.topic), contract]),
    );
  }

  get topics(): readonly string[] {
    return [...this.contracts.keys()];
  }

  /** Whoever cannot come into its group reads nothing, though the process, the database and the broker answer. */
  get isReading(): boolean {
    return !this.isBraked() && performance.now() - this.awaySince < this.options.rejoinMs;
  }

  start(): void {
    this.stopping = false;
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    await this.running;
    this.running = undefined;
    this.awaySince = Number.NEGATIVE_INFINITY;
    if (!this.isBraked()) this.state = 'stopped';
  }

  private async run(): Promise<void> {
    const backoff = new Backoff(100, 10_000);
    while (!this.stopping && this.state !== 'braked') {
      this.state = this.state === 'running' ? 'restarting' : 'joining';
      try {
        await this.live(backoff);
      } catch {
        // Topics missing, broker away, rights not granted yet: tried again until it works. It shows in `state`.
      }
      if (this.stopping || this.isBraked()) break;
      if (this.wasRunning()) this.options.alarm({ code: 'consumer-restarted' });
      await this.bell.wait(backoff.nextMs());
    }
  }

  private wasRunning(): boolean {
    return this.state === 'running';
  }

  private isBraked(): boolean {
    return this.state === 'braked';
  }

  /** One client's life: ends when it crashes, when the brake is pulled, or when we stop. */
  private async live(backoff: Backoff): Promise<void> {
    const { client, settings, batchMax, point } = this.options;
    const consumer = consumerOf(client, settings);
    const joiner = new Joiner({
      ready: () => this.ready,
      take: (messages, aborted, rest) => this.take(messages, { aborted, rest, applied: this.applied }),
      point,
      heartbeatMs: Math.floor(settings.sessionTimeoutMs / 4),
      batchMax,
    });
    let hasCrashed = false;
    consumer.on(consumer.events.CRASH, () => {
      hasCrashed = true;
      this.bell.ring();
    });
    consumer.on(consumer.events.REBALANCING, () => this.left());
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      backoff.reset();
      this.joined(consumer, payload.memberAssignment);
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.topics.length * PARTITIONS_PER_TOPIC,
        eachBatch: (payload) => this.received(payload, joiner),
      });
      while (!this.stopping && !hasCrashed && !this.isBraked()) await this.bell.wait(60_000);
    } finally {
      this.left();
      this.generation += 1;
      joiner.stop();
      await consumer.disconnect().catch(() => undefined);
    }
  }

  private joined(consumer: Consumer, assignment: Record<string, number[]>): void {
    this.generation += 1;
    this.state = 'running';
    this.awaySince = Number.POSITIVE_INFINITY;
    this.attempts.assigned();
    this.begin(consumer, assignment, false);
  }

  private left(): void {
    this.awaySince = Math.min(this.awaySince, performance.now());
  }

  /** @param isAgain the client has read further than it was right to, so it is moved in any case */
  private begin(consumer: Consumer, assignment: Record<string, number[]>, isAgain: boolean): void {
    this.expected.clear();
    this.applied.clear();
    this.goBack = () => this.begin(consumer, assignment, true);
    this.ready = this.position(consumer, { assignment, isAgain });
  }

  /** Finds where to start; until then nothing of this assignment is handled. */
  private async position(
    consumer: Consumer,
    { assignment, isAgain }: { readonly assignment: Record<string, number[]>; readonly isAgain: boolean },
  ): Promise<void> {
    const { generation } = this;
    const { pool, admin, settings, alarm } = this.options;
    const backoff = new Backoff();
    while (generation === this.generation) {
      try {
        const all = await standings({ pool, admin: await admin(), group: settings.group }, Object.keys(assignment));
        for (const [topic, partitions] of Object.entries(assignment)) {
          for (const partition of partitions) {
            const standing = all.get(partitionKey({ topic, partition }));
            if (standing === undefined || generation !== this.generation) continue;
            if (standing.applied !== undefined) this.applied.set(partitionKey({ topic, partition }), standing.applied);
            const start = startAt(standing);
            if (start.alarm !== undefined) alarm({ code: start.alarm, topic });
            const seek = start.seek ?? (isAgain ? (standing.committed ?? standing.log.low) : undefined);
            if (seek !== undefined) consumer.seek({ topic, partition, offset: String(seek) });
          }
        }
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, backoff.nextMs()));
      }
    }
  }

  private received(payload: EachBatchPayload, joiner: Joiner): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    const contract = this.contracts.get(topic);
    // Unresolved, so it is never acknowledged; a subscription to a topic without a contract cannot happen.
    if (contract === undefined || this.isBraked()) return Promise.resolve();
    const incoming = messages.map(({ offset, timestamp, value }): Incoming => ({
      contract,
      contractName: contract.name,
      day: dayOfTimestamp(timestamp),
      record: value ?? new Uint8Array(),
      place: { topic, partition, offset: BigInt(offset) },
    }));
    this.noteGap(topic, partition, BigInt(payload.batch.firstOffset() ?? '0'), BigInt(payload.batch.lastOffset()));
    return joiner.add({ messages: incoming, payload });
  }

  /** The client silently goes to the beginning when its offset is not in the log any more. */
  private noteGap(topic: string, partition: number, first: bigint, last: bigint): void {
    const key = partitionKey({ topic, partition });
    const expected = this.expected.get(key);
    if (expected !== undefined && first > expected) this.options.alarm({ code: 'log-gap', topic });
    this.expected.set(key, last + 1n);
  }

  private async take(messages: readonly Incoming[], control: Control): Promise<void> {
    const backoff = new Backoff();
    for (;;) {
      try {
        return await this.attempts.guard(messages, (portion) => this.options.process(portion, control));
      } catch (error) {
        if (error instanceof BusError && error.code === 'braked') this.brake();
        if (error instanceof BusError && error.code === 'went-back') this.readAgain();
        if (error instanceof BusError || control.aborted()) throw error;
        await control.rest(backoff.nextMs());
      }
    }
  }

  /** The database was restored while this process ran: back to where it stands now. */
  private readAgain(): void {
    this.options.alarm({ code: 'database-went-back' });
    this.goBack?.();
  }

  private brake(): void {
    this.state = 'braked';
    this.bell.ring();
  }

  /** After a person has looked: reads on from where it stopped. */
  async release(): Promise<void> {
    if (this.state !== 'braked') return;
    await this.running;
    this.running = undefined;
    this.state = 'stopped';
    this.start();
  }
}
