import { catalogue, type Contract } from '#libs/contracts';
import type pg from 'pg';

import { BusError } from './errors.js';
import type { Keeping, TakenMessage } from './keeping.js';
import type { Incoming } from './opening.js';
import type { Control } from './processor.js';
import { inTransaction } from './tx.js';
import { Bell } from './wait.js';

export interface LaterWorkerOptions {
  readonly pool: pg.Pool;
  readonly keeping: Keeping;
  readonly clock: () => Date;
  readonly process: (messages: readonly Incoming[], control: Control) => Promise<void>;
  /** Nothing is taken while the brake is on. */
  readonly isPaused: () => boolean;
  readonly pollMs: number;
  readonly batchMax: number;
}

const contractsByName: ReadonlyMap<string, Contract> = new Map(catalogue.map((each: Contract) => [each.name, each]));

/** Brings messages that were kept for later to their handlers again when their hour has come. */
export class LaterWorker {
  private readonly bell = new Bell();
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly options: LaterWorkerOptions) {}

  start(): void {
    this.stopping = false;
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    await this.running;
    this.running = undefined;
  }

  wake(): void {
    this.bell.ring();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        while (!this.stopping && !this.options.isPaused() && (await this.once()) > 0);
      } catch {
        // The database is away, or the brake is on: the leases end and the messages are taken again.
      }
      if (!this.stopping) await this.bell.wait(this.options.pollMs);
    }
  }

  /** @returns how many were taken */
  private async once(): Promise<number> {
    const { pool, keeping, clock, batchMax, process } = this.options;
    const taken = await inTransaction(pool, (tx) => keeping.takeLater(tx, { now: clock(), limit: batchMax }));
    if (taken.length > 0) {
      await process(taken.map(incomingOf), { aborted: () => this.stopping, rest: (ms) => this.bell.wait(ms) });
    }
    return taken.length;
  }
}

/** @throws BusError `unhandled-contract` when a release has dropped a contract that still has kept messages */
export function incomingOf({ id, contractName, day, record }: TakenMessage): Incoming {
  const contract = contractsByName.get(contractName);
  if (contract === undefined) throw new BusError('unhandled-contract');
  return { contract, contractName, day, record, takenId: id };
}
