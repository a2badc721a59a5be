import { catalogue, type Contract } from '#libs/contracts';
import { inTransaction, Loop, type Running } from '#libs/database';
import type pg from 'pg';

import type { Inbox } from '../inbox/inbox.js';
import type { RetriedMessage } from '../inbox/message.js';
import { BusError } from '../trouble/errors.js';
import type { Incoming } from './opening.js';
import type { Control, Ended } from './processor.js';

export interface DelayedWorkerOptions {
  readonly pool: pg.Pool;
  readonly inbox: Pick<Inbox, 'delayed' | 'parked'>;
  readonly clock: () => Date;
  readonly process: (messages: readonly Incoming[], control: Control) => Promise<Ended>;
  /** Nothing is claimed while the circuit breaker is tripped. */
  readonly isPaused: () => boolean;
  readonly pollMs: number;
  readonly batchMax: number;
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
    const { pool, inbox, clock, batchMax, process, isPaused } = this.options;
    if (isPaused()) return 0;
    const due = await inTransaction(pool, (tx) => inbox.delayed.claimDue(tx, { now: clock(), limit: batchMax }));
    if (due.length === 0) return 0;
    const control = { aborted: () => running.isStopping, rest: (ms: number) => running.rest(ms) };
    const known = due.filter(({ contractName }) => contractsByName.has(contractName));
    await this.parkAgain(due.filter(({ contractName }) => !contractsByName.has(contractName)));
    if (known.length === 0) return due.length;
    const { end } = await process(known.map(incomingOf), control);
    return end === 'committed' ? due.length : 0;
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
  return { ...message, contract, delayedId: id };
}
