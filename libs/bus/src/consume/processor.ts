import { dayOf, type Service } from '#libs/contracts';
import { columns, inTransaction, type Tx } from '#libs/database';
import type { EnvelopeOpener } from '#libs/sealing';
import type pg from 'pg';

import type { Inbox } from '../inbox/inbox.js';
import type { ParkedMessage } from '../inbox/parked-messages.js';
import type { Outbox, OutboxUnit } from '../produce/outbox.js';
import type { OnAlarm } from '../trouble/alarm.js';
import { Backoff } from '../trouble/backoff.js';
import type { CircuitBreaker } from '../trouble/circuit-breaker.js';
import { BusError } from '../trouble/errors.js';
import { failureOf, parkingCodeOf } from '../trouble/failure.js';
import type { Handled, HandlerEntry } from './handlers.js';
import type { SliceOpener } from './open-slice.js';
import { openMessage, type Incoming, type Opened } from './opening.js';
import { partitionKey } from './positions.js';

/** Number of messages of one transaction, by result. */
export interface Tally {
  readonly done: number;
  readonly repeated: number;
  readonly parked: number;
  readonly expired: number;
}

/**
 * How a batch ended. `tripped`: too much would have been parked. `went-back`: the database has an older state than this
 * process has written. `halted`: the caller has aborted. `died`: a failpoint has ended the process. Parts of a batch
 * that is not committed may be committed.
 */
export type End = 'committed' | 'tripped' | 'went-back' | 'halted' | 'died';

export interface Ended {
  readonly end: End;
  /** The offsets that the caller gave, updated with those of this batch. */
  readonly applied: Applied;
}

/** Lets the caller control the waiting for the database. `aborted` ends the waiting. */
export interface Control {
  readonly aborted: () => boolean;
  readonly rest: (ms: number) => Promise<void>;
  /** The applied offsets that this consumer has seen. A database with lower offsets was restored in the meantime. */
  readonly applied?: Applied;
}

/** The next offset of each partition, as this process last saw it in its database. */
export type Applied = ReadonlyMap<string, bigint>;

export interface ProcessorOptions<S extends Service> {
  readonly pool: pg.Pool;
  readonly opener: Pick<EnvelopeOpener, 'open'>;
  readonly openSlice: SliceOpener;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly handlers: ReadonlyMap<string, HandlerEntry<S>>;
  readonly breaker: CircuitBreaker;
  readonly clock: () => Date;
  readonly alarm: OnAlarm;
  /**
   * Called with the error for which a message is parked. Its text may hold values: log its code and log position only.
   */
  readonly failed: (error: unknown) => void;
  readonly committed: (tally: Tally, published: number) => void;
  /** @returns false if the bus is to stop as if its process had ended */
  readonly failpoint: (name: 'before-commit') => Promise<boolean>;
}

const NONE: Applied = new Map();

type Delivered = Extract<Opened, { kind: 'delivery' }>;

const positions = columns({ topic: 'text', partition: 'integer', next_offset: 'bigint' }, { as: 'a' });

const APPLIED = `WITH before AS MATERIALIZED (
    SELECT topic, partition, next_offset FROM applied_offset WHERE (topic, partition) IN (
      SELECT a.topic, a.partition FROM ${positions.sql})),
  written AS (INSERT INTO applied_offset (topic, partition, next_offset)
    SELECT * FROM ${positions.sql} ORDER BY 1, 2
    ON CONFLICT ON CONSTRAINT applied_offset_key DO UPDATE SET next_offset = excluded.next_offset)
  SELECT topic, partition, next_offset::text AS next FROM before`;

/**
 * Opens a batch and handles the new messages in it. The results, the outbox rows and the applied offsets commit in one
 * transaction. A batch that fails on its content is halved until the bad message stands alone.
 */
export class Processor<S extends Service> {
  constructor(private readonly options: ProcessorOptions<S>) {}

  /** Handles messages. Failures of the keys or the database are retried until they end or the caller aborts. */
  async process(incoming: readonly Incoming[], control: Control): Promise<Ended> {
    const opened = await this.open(incoming, control);
    if (opened === undefined) return { end: 'halted', applied: control.applied ?? NONE };
    return this.settle(opened, control);
  }

  /** Waits while this service's own keys cannot be read. The messages are not at fault, so none is parked. */
  private async open(incoming: readonly Incoming[], control: Control): Promise<readonly Opened[] | undefined> {
    const { opener, clock, alarm } = this.options;
    const backoff = new Backoff();
    for (;;) {
      if (control.aborted()) return undefined;
      try {
        const today = dayOf(clock());
        return incoming.map((each) => openMessage(opener, each, today));
      } catch (error) {
        if (failureOf(error) !== 'infrastructure') throw error;
        const ms = backoff.nextMs();
        if (backoff.isFirst) alarm({ code: 'keys-waiting' });
        await control.rest(ms);
      }
    }
  }

  /** As `process`, for messages that are already opened. */
  async settle(messages: readonly Opened[], control: Control): Promise<Ended> {
    const { applied = NONE } = control;
    const backoff = new Backoff();
    for (;;) {
      if (control.aborted()) return { end: 'halted', applied };
      if (this.options.breaker.isTripped) return { end: 'tripped', applied };
      try {
        return { end: 'committed', applied: await this.commit(messages, applied) };
      } catch (error) {
        if (error instanceof Undone) return { end: error.end, applied };
        const failure = failureOf(error);
        const [only, ...others] = messages;
        if (only === undefined) return { end: 'committed', applied };
        if (others.length > 0 && (failure === 'content' || failure === 'timeout'))
          return await this.halve(messages, control);
        if (failure === 'content' && only.kind === 'delivery') {
          this.options.failed(error);
          return await this.settle([{ incoming: only.incoming, kind: 'refused', code: parkingCodeOf(error) }], control);
        }
        const ms = failure === 'conflict' ? Math.min(backoff.nextMs(), 50) : backoff.nextMs();
        if (failure !== 'conflict' && backoff.isFirst) this.options.alarm({ code: 'database-waiting' });
        await control.rest(ms);
      }
    }
  }

  private async halve(messages: readonly Opened[], control: Control): Promise<Ended> {
    const middle = Math.ceil(messages.length / 2);
    const first = await this.settle(messages.slice(0, middle), control);
    if (first.end !== 'committed') return first;
    return this.settle(messages.slice(middle), { ...control, applied: first.applied });
  }

  /** @returns the applied offsets after the commit */
  private async commit(messages: readonly Opened[], applied: Applied): Promise<Applied> {
    const { pool, outbox, breaker, committed, failpoint, alarm } = this.options;
    const unit = outbox.open();
    const { tally, ours, written, published } = await inTransaction(pool, async (tx) => {
      const result = await this.apply(messages, tx, unit);
      const next = await this.writeApplied(messages, { tx, applied });
      const count = await unit.write(tx);
      if (!(await breaker.allows(tx, messages.length, result.ours))) this.tripBreaker();
      if (!(await failpoint('before-commit'))) throw new Undone('died');
      return { ...result, written: next, published: count };
    });
    await breaker.committed(messages.length, ours);
    if (tally.parked > 0) alarm({ code: 'parked', count: tally.parked });
    if (tally.expired > 0) alarm({ code: 'expired', count: tally.expired });
    committed(tally, published);
    return new Map([...applied, ...written]);
  }

  private tripBreaker(): never {
    this.options.breaker.trip();
    this.options.alarm({ code: 'tripped' });
    throw new Undone('tripped');
  }

  /** @returns the tally, and how many messages were parked for other reasons than what a device chose */
  private async apply(
    messages: readonly Opened[],
    tx: Tx,
    outbox: OutboxUnit,
  ): Promise<{ readonly tally: Tally; readonly ours: number }> {
    const { inbox } = this.options;
    const ours = await this.claimed(messages, tx);
    const delivered = ours.filter((each): each is Delivered => each.kind === 'delivery');
    const sights = await inbox.handled.firstSeen(
      tx,
      delivered.map(({ seen }) => seen),
    );
    const fresh = delivered.filter((_, at) => sights[at] === 'new');
    const parked: ParkedMessage[] = ours.flatMap((each) =>
      each.kind === 'refused' ? [{ ...each.incoming, code: each.code }] : [],
    );
    for (const [at, { incoming }] of delivered.entries()) {
      if (sights[at] !== 'other') continue;
      const isFromDevice = incoming.contract.namedByDevice === true;
      parked.push({ ...incoming, code: 'other-content', ...(isFromDevice ? { isFromDevice } : {}) });
    }
    const results = await this.handle(fresh, tx, outbox);
    const undone: Delivered[] = [];
    for (const [message, result] of results) {
      if (result.status !== 'done') undone.push(message);
      if (result.status !== 'park') continue;
      const isFromDevice = message.incoming.contract.carriesSlice === true;
      parked.push({ ...message.incoming, code: result.code, ...(isFromDevice ? { isFromDevice } : {}) });
    }
    await inbox.handled.forget(
      tx,
      undone.map(({ seen }) => seen),
    );
    await inbox.parked.park(tx, parked);
    const fromDevices = parked.filter(({ isFromDevice }) => isFromDevice === true).length;
    const tally = {
      done: fresh.length - undone.length,
      repeated: sights.filter((sight) => sight === 'known').length,
      parked: parked.length,
      expired: ours.filter(({ kind }) => kind === 'expired').length,
    };
    return { tally, ours: parked.length - fromDevices };
  }

  /** Returns the messages without the delayed ones that another instance has handled in the meantime. */
  private async claimed(messages: readonly Opened[], tx: Tx): Promise<readonly Opened[]> {
    const ids = messages.flatMap(({ incoming }) => (incoming.delayedId === undefined ? [] : [incoming.delayedId]));
    if (ids.length === 0) return messages;
    const claims = await this.options.inbox.delayed.claim(tx, ids);
    const lost = new Set(ids.filter((_, at) => claims[at] !== true));
    return messages.filter(({ incoming }) => incoming.delayedId === undefined || !lost.has(incoming.delayedId));
  }

  /** Calls the handler of each contract once, with all messages of the contract. */
  private async handle(
    messages: readonly Delivered[],
    tx: Tx,
    outbox: OutboxUnit,
  ): Promise<readonly (readonly [Delivered, Handled])[]> {
    const unit = outbox.unitOf<S>(tx);
    const { openSlice } = this.options;
    const results: (readonly [Delivered, Handled])[] = [];
    for (const [name, group] of Map.groupBy(messages, ({ incoming }) => incoming.contract.name)) {
      const entry = this.options.handlers.get(name);
      if (entry === undefined) throw new BusError('unhandled-contract');
      const handled = await entry.handle(
        group.map(({ delivery }) => delivery),
        unit,
        openSlice,
      );
      if (!Array.isArray(handled) || handled.length !== group.length) throw new BusError('wrong-results');
      group.forEach((message, at) => results.push([message, checked(handled[at])]));
    }
    return results;
  }

  /** @throws Undone `went-back`: the database has lost applied offsets, so nothing is built on its state */
  private async writeApplied(
    messages: readonly Opened[],
    { tx, applied }: { readonly tx: Tx; readonly applied: Applied },
  ): Promise<Applied> {
    const next = new Map<string, { topic: string; partition: number; offset: bigint }>();
    for (const { incoming } of messages) {
      const { logPosition } = incoming;
      if (logPosition === undefined) continue;
      const key = partitionKey(logPosition);
      const known = next.get(key);
      if (known === undefined || logPosition.offset >= known.offset)
        next.set(key, { ...logPosition, offset: logPosition.offset + 1n });
    }
    if (next.size === 0) return new Map();
    const rows = [...next.values()];
    const { rows: found } = await tx.query(
      APPLIED,
      positions.values(rows.map(({ topic, partition, offset }) => ({ topic, partition, next_offset: offset }))),
    );
    const before = new Map(
      (found as { topic: string; partition: number; next: string }[]).map((row) => [
        partitionKey(row),
        BigInt(row.next),
      ]),
    );
    for (const key of next.keys()) {
      if ((before.get(key) ?? 0n) < (applied.get(key) ?? 0n)) throw new Undone('went-back');
    }
    return new Map([...next].map(([key, { offset }]) => [key, offset]));
  }
}

/**
 * Rolls back the transaction of a batch and says why. `settle` turns it into a result, so it never leaves this file.
 */
class Undone extends Error {
  constructor(readonly end: Exclude<End, 'committed'>) {
    super(end);
  }
}

/** Handlers are typed, but a controller can still return anything at run time. */
function checked(result: Handled | undefined): Handled {
  const status = result?.status;
  if (result === undefined || (status !== 'done' && status !== 'park')) {
    throw new BusError('wrong-results');
  }
  return result;
}
