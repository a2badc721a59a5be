import {
  contractOfTopic,
  contractsFrom,
  contractsTo,
  dayOf,
  groupOf,
  type Contract,
  type Service,
} from '#libs/contracts';
import { hearLostSessions, inTransaction, type Tx } from '#libs/database';
import type { Kafka } from 'kafkajs';

import type { BusOptions, Failpoint } from './bus-options.js';
import { BusConsumer } from './consume/consumer.js';
import { handlerTable, type HandlerEntry } from './consume/handlers.js';
import { DelayedWorker } from './consume/delayed-worker.js';
import { Processor, type Tally } from './consume/processor.js';
import { Watchdog } from './consume/watchdog.js';
import { Inbox } from './inbox/inbox.js';
import type { ParkedGroup } from './inbox/parked-messages.js';
import { retryParked } from './inbox/retry.js';
import { largestEnvelopeBytes } from './inbox/sizes.js';
import { AdminConnection } from './kafka/admin-connection.js';
import { kafkaClient, producerOf } from './kafka/kafka-client.js';
import { defaultLimits, type BusLimits } from './limits.js';
import { ensureEpoch } from './produce/epoch.js';
import { OutboxDaysWorker } from './produce/outbox-days-worker.js';
import { Outbox } from './produce/outbox.js';
import { requestRepublish } from './produce/relay-log.js';
import { Relay } from './produce/relay.js';
import { OutboxTransactions, type Transactions } from './produce/transactions.js';
import { UnsealedWorker } from './produce/unsealed-worker.js';
import type { UnitOfWork } from './produce/unit-of-work.js';
import { endOldTransactions, readStatus, type BusStatus } from './status.js';
import type { OnAlarm } from './trouble/alarm.js';
import { CircuitBreaker } from './trouble/circuit-breaker.js';
import { BusError } from './trouble/errors.js';
import { steadyTime } from './trouble/steady-time.js';

const LOOK_AGAIN_MS = 500;

/** Sends and receives the messages of one service. It loses no message and applies none twice. */
export class Bus<S extends Service> {
  readonly service: S;
  readonly transactions: Transactions<S>;
  readonly days: OutboxDaysWorker;
  private readonly options: BusOptions<S>;
  private readonly limits: BusLimits;
  private readonly client: Kafka;
  private readonly admin: AdminConnection;
  private readonly outbox: Outbox;
  private readonly inbox: Inbox;
  private readonly relay: Relay;
  private readonly breaker: CircuitBreaker;
  private readonly relayBreaker: CircuitBreaker;
  private readonly unsealedWorker: UnsealedWorker;
  private readonly counts = { done: 0, repeated: 0, parked: 0, expired: 0 };
  private consumer: BusConsumer | undefined;
  private worker: DelayedWorker | undefined;
  private watchdog: Watchdog | undefined;
  private lastProgressAt: Date;
  private isStarted = false;

  constructor(options: BusOptions<S>) {
    this.options = options;
    this.service = options.service;
    this.limits = { ...defaultLimits, ...options.limits };
    hearLostSessions(options.pool);
    this.client = kafkaClient(options.kafka, options.service);
    this.admin = new AdminConnection(this.client);
    const breakerOf = (name: 'consumer' | 'relay'): CircuitBreaker =>
      new CircuitBreaker({ pool: options.pool, name, nowMs: () => steadyTime().getTime() });
    this.breaker = breakerOf('consumer');
    this.relayBreaker = breakerOf('relay');
    this.lastProgressAt = steadyTime();
    this.inbox = new Inbox(options.records, largestEnvelopeBytes(options.service));
    this.outbox = new Outbox({
      service: options.service,
      senderKeys: options.senderKeys,
      unsealed: this.inbox.unsealed,
      relayIsHere: () => this.relay.isLeader,
      clock: () => this.now(),
    });
    this.days = new OutboxDaysWorker({
      pool: options.pool,
      gate: options.gate,
      today: () => dayOf(this.now()),
      alarm: (alarm) => this.alarm(alarm),
    });
    this.relay = this.createRelay();
    this.unsealedWorker = new UnsealedWorker({
      pool: options.pool,
      unsealed: this.inbox.unsealed,
      outbox: this.outbox,
      today: () => dayOf(this.now()),
      committed: () => this.relay.wake(),
      pollMs: this.limits.laterPollMs,
    });
    this.transactions = new OutboxTransactions({
      pool: options.pool,
      outbox: this.outbox,
      createDays: () => this.days.create(),
      committed: () => this.relay.wake(),
    });
  }

  /** As `transactions.run`. */
  transaction<T>(work: (unit: UnitOfWork<S>) => Promise<T>): Promise<T> {
    return this.transactions.run(work);
  }

  /** Prepares the outbox for today and starts the relay. @throws when the database does not answer */
  async start(): Promise<void> {
    if (this.isStarted) throw new BusError('already-started');
    this.isStarted = true;
    await ensureEpoch(this.options.pool, this.now());
    await this.days.start();
    this.relay.start();
    this.unsealedWorker.start();
  }

  /**
   * Starts to read.
   * @throws BusError `unhandled-contract`, `foreign-contract`, `handled-twice`: then it reads nothing, because it would
   * acknowledge messages that have no handler
   */
  consume(handlers: readonly HandlerEntry<S>[]): void {
    if (this.consumer !== undefined) throw new BusError('already-started');
    const processor = this.createProcessor(handlers, this.breaker);
    const { pool } = this.options;
    this.consumer = this.createConsumer(processor);
    this.worker = new DelayedWorker({
      pool,
      inbox: this.inbox,
      clock: () => this.now(),
      process: (messages, control) => processor.process(messages, control),
      isPaused: () => this.breaker.isTripped,
      pollMs: this.limits.laterPollMs,
      batchMax: this.limits.batchMax,
      alarm: (alarm) => this.alarm(alarm),
    });
    this.watchdog = new Watchdog({
      status: () => this.status(),
      alarm: (alarm) => this.alarm(alarm),
      onStalled: () => this.options.onStalled?.(),
      endOldTransactions: () => endOldTransactions(pool),
      everyMs: this.limits.watchMs,
      stalledMs: this.limits.stalledMs,
      clock: steadyTime,
    });
    for (const part of [this.consumer, this.worker, this.watchdog]) part.start();
  }

  /** The handlers as one function, without Kafka: for tests and for tools. @throws as `consume` */
  processor(handlers: readonly HandlerEntry<S>[]): Processor<S> {
    return this.createProcessor(handlers, CircuitBreaker.never());
  }

  async stopConsuming(): Promise<void> {
    void this.watchdog?.stop();
    await Promise.all([this.consumer?.stop(), this.worker?.stop()]);
    [this.consumer, this.worker, this.watchdog] = [undefined, undefined, undefined];
  }

  /** Stops in order. The next start, or another instance, sends what is committed and not sent yet. */
  async stop(): Promise<void> {
    this.days.stop();
    await this.stopConsuming();
    await Promise.all([this.relay.stop(), this.unsealedWorker.stop()]);
    await this.admin.close();
    this.isStarted = false;
  }

  /** Sends again every outbox row that can still be read. Consumers recognize what they have handled by its key. */
  async republish(): Promise<void> {
    await requestRepublish(this.options.pool, this.now());
    this.relay.wake();
  }

  /** Counts parked messages by contract, day and code. It returns no content. */
  parked(): Promise<readonly ParkedGroup[]> {
    return inTransaction(this.options.pool, (tx) => this.inbox.parked.groups(tx));
  }

  /** Gives parked messages to their handlers again, and sends again those that the broker refused. @returns how many */
  async retryParked(): Promise<number> {
    const taken = await retryParked({
      pool: this.options.pool,
      inbox: this.inbox,
      service: this.service,
      clock: () => this.now(),
      sendAgain: (tx, messages) => this.outbox.again(tx, messages),
    });
    this.worker?.wake();
    this.relay.wake();
    return taken;
  }

  /** Removes parked messages of one code for good, in the transaction that records who did it. @returns how many */
  dismissParked(tx: Tx, code: string): Promise<number> {
    return this.inbox.parked.dismiss(tx, code);
  }

  /** Makes the worker of delayed messages look for due work at once. */
  wakeLater(): void {
    this.worker?.wake();
  }

  /** Does the periodic work at once, for a clock that has jumped. */
  lookAround(): void {
    this.worker?.wake();
    this.unsealedWorker.wake();
    this.relay.lookAtLog();
    this.days.roll().catch(() => {
      if (this.isStarted) setTimeout(() => this.lookAround(), LOOK_AGAIN_MS).unref();
    });
  }

  /**
   * Lets consumer and relay go on after a circuit breaker tripped and the cause is fixed. If the messages themselves
   * are bad, it trips again. With `setAside`, a person decides to park them: nothing trips for one minute.
   */
  async resetBreaker(how: { readonly setAside?: boolean } = {}): Promise<void> {
    await Promise.all([this.breaker.reset(how), this.relayBreaker.reset(how)]);
    await this.consumer?.release();
    this.worker?.wake();
    this.relay.wake();
  }

  status(): Promise<BusStatus> {
    return readStatus({
      pool: this.options.pool,
      inbox: this.inbox,
      admin: () => this.admin.get(),
      group: this.group(),
      topics: [...contractsFrom(this.service), ...contractsTo(this.service)].map(({ topic }) => this.topicName(topic)),
      copies: this.options.kafka.copies ?? 1,
      consumer: this.consumer,
      isTripped: this.breaker.isTripped,
      relay: () => this.relay.status(),
      counts: { ...this.counts },
      lastProgressAt: this.lastProgressAt,
      today: dayOf(this.now()),
    });
  }

  private createProcessor(handlers: readonly HandlerEntry<S>[], breaker: CircuitBreaker): Processor<S> {
    const { pool, opener, openSlice } = this.options;
    return new Processor<S>({
      pool,
      opener,
      openSlice,
      inbox: this.inbox,
      outbox: this.outbox,
      handlers: handlerTable(this.service, handlers),
      breaker,
      clock: () => this.now(),
      failed: (error) => this.options.onHandlerFailed?.(error),
      alarm: (alarm) => this.alarm(alarm),
      committed: (tally, published) => this.committed(tally, published),
      failpoint: (name) => this.hitFailpoint(name),
    });
  }

  private createRelay(): Relay {
    const { pool, direct } = this.options;
    return new Relay({
      pool,
      direct,
      parked: this.inbox.parked,
      breaker: this.relayBreaker,
      resigner: this.options.resigner,
      producer: () => producerOf(this.client),
      admin: () => this.admin.get(),
      topicName: (topic) => this.topicName(topic),
      topics: contractsFrom(this.service).map((contract: Contract) => contract.topic),
      contractOf: (topic) => contractOfTopic(topic)?.name ?? topic,
      clock: () => this.now(),
      alarm: (alarm) => this.alarm(alarm),
      failpoint: (name) => this.hitFailpoint(name),
      pageRows: this.limits.pageRows,
      pollMs: this.limits.relayPollMs,
      standbyMs: this.limits.standbyMs,
      frozenMs: this.limits.frozenMs,
      logWatchMs: this.limits.logWatchMs,
    });
  }

  private createConsumer(processor: Processor<S>): BusConsumer {
    return new BusConsumer({
      service: this.service,
      pool: this.options.pool,
      client: this.client,
      admin: () => this.admin.get(),
      settings: {
        group: this.group(),
        sessionTimeoutMs: this.limits.sessionTimeoutMs,
        maxWaitMs: this.limits.fetchWaitMs,
      },
      topicName: (topic) => this.topicName(topic),
      process: (messages, control) => processor.process(messages, control),
      batchMax: this.limits.batchMax,
      rejoinMs: this.limits.rejoinMs,
      alarm: (alarm) => this.alarm(alarm),
      failpoint: (name) => this.hitFailpoint(name),
    });
  }

  private committed(tally: Tally, published: number): void {
    for (const name of Object.keys(this.counts) as (keyof Tally)[]) this.counts[name] += tally[name];
    this.lastProgressAt = steadyTime();
    if (published > 0) this.relay.wake();
  }

  /** @returns false if a test makes the bus stop as if its process had ended */
  private async hitFailpoint(name: Failpoint): Promise<boolean> {
    try {
      await this.options.failpoint?.(name);
      return true;
    } catch {
      void this.halt();
      return false;
    }
  }

  /** Stops at once and finishes nothing, as if the process had died. */
  private async halt(): Promise<void> {
    this.days.stop();
    void this.watchdog?.stop();
    await Promise.all([this.relay.abort(), this.unsealedWorker.stop(), this.consumer?.stop(), this.worker?.stop()]);
  }

  private alarm(alarm: Parameters<OnAlarm>[0]): void {
    this.options.onAlarm?.(alarm);
  }

  private now(): Date {
    return this.options.clock?.() ?? new Date();
  }

  private group(): string {
    return this.options.names?.group ?? groupOf(this.service);
  }

  private topicName(topic: string): string {
    return this.options.names?.topic(topic) ?? topic;
  }
}
