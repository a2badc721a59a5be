import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { MINUTE_MS } from '#libs/contracts';
import { DestructionGate } from '#libs/records';
import { Clock, Workers, type Worker } from '#libs/service';
import { minuteOf } from '../domain/calendar.js';
import { InstrumentQueueRepository } from './instrument-queue.repository.js';

/** Asks again about instruments that a clock that ran ahead has put off for too long. */
@Injectable()
export class PullBackWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly queue: InstrumentQueueRepository,
    private readonly gate: DestructionGate,
    private readonly clock: Clock,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'pull-back', pollMs: MINUTE_MS, work: () => this.runRound() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** One round. While the clocks are in doubt nobody knows which times are too late. @returns 0: no round is urgent */
  async runRound(): Promise<0> {
    await this.transactions.run(async ({ tx }) => {
      if ((await this.gate.permit(tx)) === undefined) return;
      const now = this.clock.now();
      await this.queue.pullBack(tx, { now, due: new Date(minuteOf(now.getTime()) - MINUTE_MS) });
    });
    return 0;
  }
}
