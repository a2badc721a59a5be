import { addDays, clocks, dayOf } from '#libs/contracts';
import { inTransaction, Loop, type Running } from '#libs/database';
import type { Admin, Producer } from 'kafkajs';
import pg from 'pg';

import type { ParkedMessages } from '../inbox/parked-messages.js';
import { troubleIn } from '../trouble/broker-trouble.js';
import { logRanges } from '../kafka/kafka-client.js';
import type { OnAlarm } from '../trouble/alarm.js';
import { Backoff } from '../trouble/backoff.js';
import type { CircuitBreaker } from '../trouble/circuit-breaker.js';
import { BusError } from '../trouble/errors.js';
import { ensureEpoch } from './epoch.js';
import { showLife, tryToLead } from './leadership.js';
import { LogWatch, mergeMarks } from './log-watch.js';
import {
  askForReplay,
  BEGINNING,
  comparePositions,
  moveCursor,
  readCursor,
  readPage,
  type Cursor,
  type CursorName,
  type OutboxRow,
  type Page,
} from './relay-log.js';
import { sendRows } from './sender.js';

export interface RelayOptions {
  readonly pool: pg.Pool;
  /** For a connection not through a pooler. It holds the lock of the one relay and listens. */
  readonly direct: pg.ClientConfig;
  readonly producer: () => Producer;
  readonly admin: () => Promise<Admin>;
  readonly parked: Pick<ParkedMessages, 'park'>;
  readonly breaker: CircuitBreaker;
  /**
   * Called for each page. Returns what signs again the rows that a revoked identity key signed. Absent or undefined if
   * no key was revoked.
   */
  readonly resigner?: (() => ((envelope: Uint8Array) => Uint8Array) | undefined) | undefined;
  /** Returns the name of a topic on the broker. */
  readonly topicName: (topic: string) => string;
  readonly topics: readonly string[];
  readonly contractOf: (topic: string) => string;
  readonly clock: () => Date;
  readonly alarm: OnAlarm;
  /** A named point at which a test may stop the bus; see `Bus`. */
  readonly failpoint: (name: 'relay-sent') => Promise<boolean>;
  readonly pageRows: number;
  readonly pollMs: number;
  readonly standbyMs: number;
  readonly frozenMs: number;
  readonly logWatchMs: number;
}

export interface RelayStatus {
  readonly isLeader: boolean;
  /** True while the last attempt failed. */
  readonly isWaiting: boolean;
  readonly sent: number;
  readonly refused: number;
  /** The circuit breaker has stopped it. */
  readonly isTripped: boolean;
  readonly lastSentAt: Date | undefined;
  readonly isReplaying: boolean;
}

const WITHHELD_FIRST_MS = 2;
const WITHHELD_MOST_MS = 100;
/** Timeouts, so that the relay does not wait for a connection whose other end is gone. */
const SAFE_CONNECTION = { keepAlive: true, connectionTimeoutMillis: 5_000, query_timeout: 30_000 } as const;
const REPLAY_PAUSE_MS = 60 * 60_000;

interface Leadership {
  readonly client: pg.Client;
  readonly producer: Producer;
  readonly running: Running;
  readonly watch: LogWatch;
  cursors: Record<CursorName, Cursor>;
}

/**
 * Sends the rows of the outbox. It reads a page, sends it, waits for the broker's answer and then moves the cursor. A
 * failure that is not the fault of an envelope is retried until the broker or the database is back.
 */
export class Relay {
  private readonly loop: Loop;
  private readonly backoff = new Backoff();
  private client: pg.Client | undefined;
  private readonly state = { isLeader: false, isWaiting: false, sent: 0, refused: 0, isReplaying: false };
  private lastSentAt: Date | undefined;
  private watchedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: RelayOptions) {
    this.loop = new Loop({
      work: (running) => this.lead(running),
      pollMs: options.standbyMs,
      failurePauseMs: () => this.backoff.nextMs(),
      failed: (error) => this.waits(error),
    });
  }

  /** True while this process relays, so that no NOTIFY is needed. */
  get isLeader(): boolean {
    return this.state.isLeader;
  }

  start(): void {
    this.backoff.reset();
    this.loop.start();
  }

  /** Looks at once for rows that were just committed. */
  wake(): void {
    this.loop.wake();
  }

  /** Compares the log with what was sent at once. */
  lookAtLog(): void {
    this.watchedAt = Number.NEGATIVE_INFINITY;
    this.loop.wake();
  }

  private get names(): readonly string[] {
    return this.options.topics.map(this.options.topicName);
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Ends the connection at once, as if the process had died. */
  async abort(): Promise<void> {
    void this.loop.stop();
    await this.client?.end().catch(() => undefined);
  }

  status(): RelayStatus {
    return { ...this.state, isTripped: this.options.breaker.isTripped, lastSentAt: this.lastSentAt };
  }

  /** Reports a failure that is not the fault of one envelope, in `isWaiting` and in the alarm. */
  private waits(error: unknown): void {
    this.state.isWaiting = true;
    if (this.backoff.isFresh) this.options.alarm({ code: 'relay-waiting', ...troubleIn(error) });
  }

  /** Runs one connection. Returns when stopping; throws when the connection or the broker is lost. */
  private async lead(running: Running): Promise<number> {
    const client = new pg.Client({ ...SAFE_CONNECTION, ...this.options.direct });
    this.client = client;
    // Without a listener Node would end the process. The next statement fails with the same error.
    client.on('error', () => this.loop.wake());
    client.on('notification', () => this.loop.wake());
    const producer = this.options.producer();
    let endLife = (): void => undefined;
    try {
      await client.connect();
      if (!(await this.becomeLeader(client, running))) return 0;
      endLife = showLife(client, this.options.frozenMs);
      await client.query('LISTEN outbox');
      // The previous connection may have led to another cluster.
      await ensureEpoch(this.options.pool, this.options.clock());
      await producer.connect();
      const leadership = await this.takeOver(client, producer, running);
      this.state.isLeader = true;
      while (!running.isStopping) await this.step(leadership);
      return 0;
    } finally {
      this.state.isLeader = false;
      endLife();
      await producer.disconnect().catch(() => undefined);
      await client.end().catch(() => undefined);
    }
  }

  private async becomeLeader(client: pg.Client, running: Running): Promise<boolean> {
    while (!running.isStopping) {
      if (await tryToLead(client, this.options.frozenMs)) return true;
      await running.rest(this.options.standbyMs);
    }
    return false;
  }

  private async takeOver(client: pg.Client, producer: Producer, running: Running): Promise<Leadership> {
    const watch = await LogWatch.load(client, this.names);
    const cursors = { live: await readCursor(client, 'live'), replay: await readCursor(client, 'replay') };
    this.watchedAt = Number.NEGATIVE_INFINITY;
    return { client, producer, running, watch, cursors };
  }

  /** Sends one page of new messages and one page of those that are sent again. It rests if there are none. */
  private async step(leadership: Leadership): Promise<void> {
    const { breaker, pollMs } = this.options;
    if (breaker.isTripped) return leadership.running.rest(pollMs);
    await this.watchLog(leadership);
    const live = await this.sendPage(leadership, 'live');
    const replay = !breaker.isTripped && (await this.replayPage(leadership));
    this.state.isWaiting = false;
    this.backoff.reset();
    if (live.rows.length > 0 || replay) return;
    if (live.isWithheld) await this.awaitHorizon(leadership);
    else await leadership.running.rest(this.options.pollMs);
  }

  private async sendPage(leadership: Leadership, name: CursorName): Promise<Page> {
    const { client, cursors } = leadership;
    const page = await readPage(client, cursors[name].at, this.options.pageRows);
    const rows = this.signed(name === 'live' ? page.rows : this.worthRepeating(page.rows, cursors.replay));
    if (page.rows.length > 0) await this.send(leadership, name, rows, page.rows.at(-1));
    return page;
  }

  private async send(
    leadership: Leadership,
    name: CursorName,
    rows: readonly OutboxRow[],
    last: OutboxRow | undefined,
  ): Promise<void> {
    const { client, producer, watch, cursors } = leadership;
    const { topicName, failpoint } = this.options;
    const { marks, refused } = await sendRows(producer, rows, topicName);
    if (!(await this.park(refused, rows.length))) return;
    if (!(await failpoint('relay-sent'))) throw new BusError('halted');
    if (last === undefined) return;
    const merged = mergeMarks(marks);
    const lost = watch.note(merged);
    await moveCursor(client, name, { from: cursors[name].at, to: last, marks: merged });
    cursors[name] = { ...cursors[name], at: { epoch: last.epoch, xid: last.xid, seq: last.seq } };
    this.state.sent += rows.length - refused.length;
    if (rows.length > 0) this.lastSentAt = this.options.clock();
    if (lost.size > 0) await this.sendAgain(leadership, [...lost]);
  }

  private async replayPage(leadership: Leadership): Promise<boolean> {
    const { client, cursors } = leadership;
    // Read again each time, because a person may ask again while it runs.
    cursors.replay = await readCursor(client, 'replay');
    const { at, until } = cursors.replay;
    this.state.isReplaying = comparePositions(at, until) < 0;
    if (!this.state.isReplaying) return false;
    // Everything is sent again, to other offsets. That makes good what the log has lost so far.
    if (comparePositions(at, BEGINNING) === 0) await leadership.watch.forget(client, this.names);
    const page = await this.sendPage(leadership, 'replay');
    if (page.rows.length === 0) await moveCursor(client, 'replay', { from: at, to: until, marks: [] });
    return page.rows.length > 0;
  }

  /**
   * Signs again what a revoked identity key signed, even rows sealed before the process learned of it. The outbox
   * itself stays as it is.
   */
  private signed(rows: readonly OutboxRow[]): readonly OutboxRow[] {
    const resign = rows.length === 0 ? undefined : this.options.resigner?.();
    return resign === undefined ? rows : rows.map((row) => ({ ...row, envelope: resign(row.envelope) }));
  }

  /** Returns the rows up to where the live cursor stood, without those too old to be sent again. */
  private worthRepeating(rows: readonly OutboxRow[], { until }: Cursor): readonly OutboxRow[] {
    const oldest = addDays(dayOf(this.options.clock()), -clocks.republishDays);
    return rows.filter((row) => row.day >= oldest && comparePositions(row, until) <= 0);
  }

  /** @returns false if too many would be parked: then none is, and the same rows are sent again after a reset */
  private async park(refused: readonly OutboxRow[], sent: number): Promise<boolean> {
    const { pool, parked, breaker, contractOf, alarm } = this.options;
    if (refused.length > 0) {
      const messages = refused.map(({ topic, day, envelope }) => {
        return { contractName: contractOf(topic), day, envelope, code: 'refused' };
      });
      const isAllowed = await inTransaction(pool, async (tx) => {
        if (!(await breaker.allows(tx, sent, refused.length))) return false;
        await parked.park(tx, messages);
        return true;
      });
      if (!isAllowed) {
        breaker.trip();
        alarm({ code: 'relay-tripped', count: refused.length });
        return false;
      }
      this.state.refused += refused.length;
      alarm({ code: 'refused', count: refused.length });
    }
    await breaker.committed(sent, refused.length);
    return true;
  }

  /** Polls, because nothing wakes the relay when a transaction without messages ends. */
  private async awaitHorizon({ client, cursors, running }: Leadership): Promise<void> {
    for (let ms = WITHHELD_FIRST_MS; !running.isStopping; ms = Math.min(ms * 2, WITHHELD_MOST_MS)) {
      await running.rest(ms);
      if ((await readPage(client, cursors.live.at, 1)).rows.length > 0) return;
    }
  }

  private async watchLog(leadership: Leadership): Promise<void> {
    if (performance.now() - this.watchedAt < this.options.logWatchMs) return;
    const admin = await this.options.admin();
    const today = dayOf(this.options.clock());
    const lost: string[] = [];
    for (const topic of this.names) {
      if (leadership.watch.isLost(topic, await logRanges(admin, topic), today)) lost.push(topic);
    }
    this.watchedAt = performance.now();
    if (lost.length > 0) await this.sendAgain(leadership, lost);
  }

  private async sendAgain({ client, watch }: Leadership, topics: readonly string[]): Promise<void> {
    const { alarm, clock } = this.options;
    const isAsked = await askForReplay(client, clock(), REPLAY_PAUSE_MS);
    for (const topic of topics) alarm({ code: isAsked ? 'log-lost' : 'republish-held', topic });
    if (!isAsked) return watch.keep(client, topics);
    this.state.isReplaying = false;
    await watch.forget(client, topics);
  }
}
