import type { Day } from '#libs/contracts';
import { inTransaction } from '#libs/database';
import type { DestructionGate } from '#libs/records';
import type pg from 'pg';

import type { OnAlarm } from '../trouble/alarm.js';
import { createOutboxDays, dropOutboxDays } from './outbox-days.js';

const EVERY_MS = 5 * 60_000;

export interface OutboxDaysOptions {
  readonly pool: pg.Pool;
  /** Asked before days are dropped. */
  readonly gate: Pick<DestructionGate, 'permit'>;
  readonly today: () => Day;
  readonly alarm: OnAlarm;
}

/** Keeps the tables of the outbox's days. It runs every few minutes, so one failure does no harm. */
export class OutboxDaysWorker {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: OutboxDaysOptions) {}

  /** @throws when the database does not answer */
  async start(): Promise<void> {
    await this.create();
    const roll = (): void => void this.roll().catch(() => undefined);
    roll();
    this.timer = setInterval(roll, EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Creates the partitions that today needs. */
  async create(): Promise<void> {
    await inTransaction(this.options.pool, (tx) => createOutboxDays(tx, this.options.today()));
  }

  /** Creates partitions ahead of time, and drops old ones if the clocks are believed. */
  async roll(): Promise<void> {
    await this.create();
    const permit = await this.options.gate.permit();
    if (permit === undefined) return;
    const unsentDays = await inTransaction(this.options.pool, (tx) => dropOutboxDays(tx, permit));
    if (unsentDays.length > 0) this.options.alarm({ code: 'unsent-dropped', count: unsentDays.length });
  }
}
