import { contractsTo, type Contract, type Service } from '#libs/contracts';
import { Loop, type Running } from '#libs/database';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';

import { brokerTroubleOf } from '../trouble/broker-trouble.js';
import { consumerOf, type ConsumerSettings } from '../kafka/kafka-client.js';
import { Backoff } from '../trouble/backoff.js';
import { Assignment, type AssignmentOptions } from './assignment.js';
import { FetchCoalescer } from './fetch-coalescer.js';
import { dayOfTimestamp, type Incoming } from './opening.js';
import type { Control } from './processor.js';

export interface ConsumerOptions extends Omit<AssignmentOptions, 'group'> {
  readonly service: Service;
  readonly client: Kafka;
  readonly settings: ConsumerSettings;
  readonly topicName: (topic: string) => string;
  readonly batchMax: number;
  readonly rejoinMs: number;
  /** @returns false if the bus is to stop as if its process had ended */
  readonly failpoint: (name: 'before-offsets') => Promise<boolean>;
}

/** The state as people see it. */
export type ConsumerState = 'stopped' | 'joining' | 'running' | 'restarting' | 'tripped';

/**
 * The states of a consumer.
 *
 *     stopped ─start─▶ joining ─joined─▶ reading ◀─joined─▶ rebalancing
 *                        ▲   ▲              │ the client has ended, in either
 *                        │   └─try failed── restarting ─joined─▶ reading
 *        tripped ─release─┘                       any ─breaker─▶ tripped, ─stop─▶ stopped
 *
 * `awaySince`: since when it has been outside its group, on the clock of the process; `EVER` until it was in one.
 */
type State =
  | { readonly is: 'stopped' }
  | { readonly is: 'tripped' }
  | { readonly is: 'joining'; readonly awaySince: number }
  | { readonly is: 'restarting'; readonly awaySince: number }
  | { readonly is: 'reading'; readonly awaySince: number; readonly assignment: Assignment }
  | { readonly is: 'rebalancing'; readonly awaySince: number; readonly assignment: Assignment };

const EVER = Number.NEGATIVE_INFINITY;
const NOT_AWAY = Number.POSITIVE_INFINITY;

/** Number of partitions of one topic that are handled at once. Further partitions wait. */
const PARTITIONS_PER_TOPIC = 64;
const LOOK_MS = 60_000;

/**
 * Reads the topics of a service until it is stopped. The client library ends itself on errors that it does not know. A
 * new client then replaces it, so that no process looks healthy without reading.
 */
export class BusConsumer {
  private readonly contracts: ReadonlyMap<string, Contract>;
  private readonly backoff = new Backoff(100, 10_000);
  private hasToldWhy = false;
  private readonly loop: Loop;
  private now: State = { is: 'stopped' };

  constructor(private readonly options: ConsumerOptions) {
    this.contracts = new Map(
      contractsTo(options.service).map((contract: Contract) => [options.topicName(contract.topic), contract]),
    );
    // Missing topics, an absent broker and missing rights are retried until it works. The state shows it.
    const pauseMs = (): number => this.backoff.nextMs();
    this.loop = new Loop({
      work: (running) => this.live(running),
      pollMs: pauseMs,
      failurePauseMs: pauseMs,
      failed: (error) => this.waits(error),
    });
  }

  get topics(): readonly string[] {
    return [...this.contracts.keys()];
  }

  get state(): ConsumerState {
    const { is } = this.now;
    return is === 'reading' || is === 'rebalancing' ? 'running' : is;
  }

  /**
   * Whether it is in its group, or left it less than `rejoinMs` ago. A consumer outside its group reads nothing, even
   * if the process, the database and the broker answer.
   */
  get isReading(): boolean {
    const { now } = this;
    if (now.is === 'stopped' || now.is === 'tripped') return false;
    return performance.now() - now.awaySince < this.options.rejoinMs;
  }

  start(): void {
    this.now = { is: 'joining', awaySince: EVER };
    this.backoff.reset();
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    if (this.now.is !== 'tripped') this.now = { is: 'stopped' };
  }

  /** Reads on from where it stopped, after a person has looked. */
  async release(): Promise<void> {
    if (this.now.is !== 'tripped') return;
    await this.loop.stop();
    this.start();
  }

  /** Ends itself until a person calls `release`, because too much would have been parked. */
  private breaker(): void {
    this.assignment?.end();
    this.now = { is: 'tripped' };
    void this.loop.stop();
  }

  /** Runs one client until it crashes, the circuit breaker trips, or `stop` is called. */
  private async live(running: Running): Promise<number> {
    const consumer = consumerOf(this.options.client, this.options.settings);
    const coalescer = this.coalescer();
    let hasCrashed = false;
    consumer.on(consumer.events.CRASH, () => {
      hasCrashed = true;
      this.loop.wake();
    });
    consumer.on(consumer.events.REBALANCING, () => this.rebalancing());
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.joined(consumer, payload.memberAssignment));
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.topics.length * PARTITIONS_PER_TOPIC,
        eachBatch: (payload) => this.received(payload, coalescer),
      });
      while (!running.isStopping && !hasCrashed) await running.rest(LOOK_MS);
      return 0;
    } finally {
      this.ended(running);
      coalescer.stop();
      await consumer.disconnect().catch(() => undefined);
    }
  }

  private coalescer(): FetchCoalescer {
    const { settings, batchMax, failpoint } = this.options;
    return new FetchCoalescer({
      ready: () => this.assignment?.ready ?? Promise.resolve(),
      handle: (messages, control) => this.take(messages, control),
      failpoint,
      heartbeatMs: Math.floor(settings.sessionTimeoutMs / 4),
      batchMax,
    });
  }

  private get assignment(): Assignment | undefined {
    return 'assignment' in this.now ? this.now.assignment : undefined;
  }

  private joined(consumer: Consumer, partitions: Record<string, number[]>): void {
    this.backoff.reset();
    this.hasToldWhy = false;
    this.assignment?.end();
    if (this.now.is === 'stopped' || this.now.is === 'tripped') return;
    const { settings } = this.options;
    const assignment = new Assignment({ ...this.options, group: settings.group }, consumer, partitions);
    this.now = { is: 'reading', awaySince: NOT_AWAY, assignment };
  }

  private rebalancing(): void {
    if (this.now.is === 'reading') this.now = { ...this.now, is: 'rebalancing', awaySince: performance.now() };
  }

  /** Handles the end of the client. A client that has read is restarted at once, and an alarm says so. */
  private ended(running: Running): void {
    this.assignment?.end();
    this.rebalancing();
    const { now } = this;
    if (running.isStopping || now.is === 'stopped' || now.is === 'tripped') return;
    const hasRead = now.is === 'rebalancing';
    this.now = { is: hasRead ? 'restarting' : 'joining', awaySince: now.awaySince };
    if (hasRead) this.options.alarm({ code: 'consumer-restarted' });
  }

  /** Raises the alarm for an unreachable broker once, until the consumer has joined its group again. */
  private waits(error: unknown): void {
    const why = brokerTroubleOf(error);
    if (why === undefined || this.hasToldWhy) return;
    this.hasToldWhy = true;
    this.options.alarm({ code: 'consumer-waiting', why });
  }

  private received(payload: EachBatchPayload, coalescer: FetchCoalescer): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    const contract = this.contracts.get(topic);
    // Returns without resolving the batch, so it is never acknowledged. A topic without a contract cannot be
    // subscribed.
    if (contract === undefined || this.assignment === undefined) return Promise.resolve();
    const incoming = messages.map(({ offset, timestamp, value }): Incoming => ({
      contract,
      contractName: contract.name,
      ...dayOfTimestamp(timestamp),
      envelope: value ?? new Uint8Array(),
      logPosition: { topic, partition, offset: BigInt(offset) },
    }));
    const [first, last] = [BigInt(payload.batch.firstOffset() ?? '0'), BigInt(payload.batch.lastOffset())];
    this.assignment.fetched({ topic, partition }, first, last);
    return coalescer.add({ messages: incoming, payload });
  }

  /** @returns whether all of it was committed; only then may its offsets be */
  private async take(messages: readonly Incoming[], control: Pick<Control, 'aborted' | 'rest'>): Promise<boolean> {
    const backoff = new Backoff();
    for (;;) {
      const { assignment } = this;
      if (assignment === undefined || control.aborted()) return false;
      try {
        const end = await assignment.take(messages, control);
        if (end === 'tripped') this.breaker();
        if (end === 'went-back') this.goBack(assignment);
        return end === 'committed';
      } catch {
        if (!control.aborted()) await control.rest(backoff.nextMs());
      }
    }
  }

  private goBack(assignment: Assignment): void {
    this.options.alarm({ code: 'database-went-back' });
    assignment.goBack();
  }
}
