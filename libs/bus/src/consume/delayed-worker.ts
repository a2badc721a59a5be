import { catalogue, type Contract } from '#libs/contracts';
import { inTransaction, Loop, type Running } from '#libs/database';
import type pg from 'pg';

import type { Inbox } from '../inbox/inbox.js';
import type { RetriedMessage } from '../inbox/message.js';
import type { OnAlarm } from '../trouble/alarm.js';
import { BusError } from '../trouble/errors.js';
import { DEATHS_MAX } from './crash-loop-guard.js';
import type { Incoming } from './opening.js';
import type { Control, End, Ended } from './processor.js';

export interface DelayedWorkerOptions {
  readonly pool: pg.Pool;
  readonly inbox: Pick<Inbox, 'delayed' | 'parked'>;
  readonly clock: () => Date;
  readonly process: (messages: readonly Incoming[], control: Control) => Promise<Ended>;
  /** Nothing is claimed while the circuit breaker is tripped. */
  readonly isPaused: () => boolean;
  readonly pollMs: number;
  readonly batchMax: number;
  readonly alarm: OnAlarm;
}

const contractsByName: ReadonlyMap<string, Contract> = new Map(catalogue.map((each: Contract) => [each.name, each]));

/** Gives delayed messages to their handlers when they are due. */
export class DelayedWorker {
  private readonly loop: Loop;

  constructor(private readonly options: DelayedWorkerOptions) {
    // While the database is away or the breaker is tripped, the leases end and the messages are claimed again.
    const { pollMs } = options;
    this.loop = new Loop({ work: (running) => this.once(running), pollMs, failurePauseMs: pollMs });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  wake(): void {
    this.loop.wake();
  }

  /** @returns how many were handled */
  private async once(running: Running): Promise<number> {
    const { pool, inbox, clock, batchMax, isPaused } = this.options;
    if (isPaused()) return 0;
    const due = await inTransaction(pool, (tx) => inbox.delayed.claimDue(tx, { now: clock(), limit: batchMax }));
    if (due.length === 0) return 0;
    const known = due.filter(({ contractName }) => contractsByName.has(contractName));
    await this.parkAgain(due.filter(({ contractName }) => !contractsByName.has(contractName)));
    // As the crash-loop guard does: what a process may have died at is handled alone.
    const fresh = known.filter(({ starts }) => starts === 0);
    const suspects = known.filter(({ starts }) => starts > 0).map((suspect) => [suspect]);
    for (const portion of fresh.length === 0 ? suspects : [fresh, ...suspects]) {
      if (!(await this.handle(portion, running))) return 0;
    }
    return due.length;
  }

  /** @returns whether all of it was committed */
  private async handle(portion: readonly RetriedMessage[], running: Running): Promise<boolean> {
    const { process, alarm } = this.options;
    const isDeadly = portion.some(({ starts }) => starts >= DEATHS_MAX);
    const incoming = portion.map((message) => ({ ...incomingOf(message), ...(isDeadly ? { isDeadly } : {}) }));
    if (running.isStopping) return false;
    if (!isDeadly) await this.begin(portion);
    const giveBack = (): Promise<void> => (isDeadly ? Promise.resolve() : this.giveBack(portion));
    const rest = async (ms: number): Promise<void> => {
      await giveBack().catch(() => undefined);
      await running.rest(ms);
      if (!isDeadly) await this.begin(portion).catch(() => undefined);
    };
    let end: End | undefined;
    try {
      ({ end } = await process(incoming, { aborted: () => running.isStopping, rest }));
    } finally {
      if (end !== 'committed' && end !== 'died') await giveBack().catch(() => undefined);
    }
    if (isDeadly && end === 'committed') alarm({ code: 'deadly-message', count: 1 });
    return end === 'committed';
  }

  private begin(portion: readonly RetriedMessage[]): Promise<void> {
    const { pool, inbox, clock } = this.options;
    return inTransaction(pool, (tx) => inbox.delayed.begin(tx, portion, clock()));
  }

  private giveBack(portion: readonly RetriedMessage[]): Promise<void> {
    const { pool, inbox, clock } = this.options;
    return inTransaction(pool, (tx) => inbox.delayed.giveBack(tx, portion, clock()));
  }

  /** Parks messages of contracts that this release does not know. They stop no other message. */
  private async parkAgain(messages: readonly RetriedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const { pool, inbox } = this.options;
    await inTransaction(pool, async (tx) => {
      const claims = await inbox.delayed.claim(
        tx,
        messages.map(({ id }) => id),
      );
      const ours = messages.filter((_, at) => claims[at] === true);
      await inbox.parked.park(
        tx,
        ours.map((message) => ({ ...message, code: 'unhandled-contract' })),
      );
    });
  }
}

/** @throws BusError `unhandled-contract` if a release dropped a contract that still has stored messages */
export function incomingOf({ id, ...message }: RetriedMessage): Incoming {
  const contract = contractsByName.get(message.contractName);
  if (contract === undefined) throw new BusError('unhandled-contract');
  const { contractName, day, envelope, isDayWrong } = message;
  const wrongDay = isDayWrong === true ? { isDayWrong } : {};
  return { contractName, day, envelope, ...wrongDay, contract, delayedId: id };
}
