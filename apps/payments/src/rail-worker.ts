import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Log, Worker } from '#libs/service';
import { callFor, outcomeOf, type Asked, type RailOutcome } from './domain/rail.js';
import { PaymentDesk, type Work } from './payment-desk.js';
import { Rails } from './rails.js';
import { SlotStore, type DueSlot } from './slot.store.js';

const CALLS_AT_ONCE = 32;
const POLL_MS = 200;

interface Answered {
  readonly slot: DueSlot;
  readonly outcome: RailOutcome;
}

/**
 * Carries committed intents to the rail and what the rail says back into the books. The call is outside of every
 * transaction; when nothing is known of it the slot is `unknown`, and only asked about.
 */
@Injectable()
export class RailWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly worker: Worker;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly slots: SlotStore,
    private readonly desk: PaymentDesk,
    private readonly rails: Rails,
    log: Log,
  ) {
    this.worker = new Worker({ name: 'rail', log, pollMs: POLL_MS, work: () => this.carry() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }

  /** One round: lease, call, settle. @returns how many slots were asked about */
  async carry(): Promise<number> {
    const due = await this.slots.takeUp(CALLS_AT_ONCE);
    if (due.length === 0) return 0;
    const answered = await Promise.all(due.map((slot) => this.ask(slot)));
    await this.transactions.run(async (unit) => {
      await this.desk.take(await this.worksOf(unit.tx, answered), unit);
      await this.slots.askAgain(unit.tx, due);
    });
    return due.length;
  }

  private async ask(slot: DueSlot): Promise<Answered> {
    const { reference, amountCents, state, isCareful } = slot;
    const call = callFor(slot);
    if (call === undefined) return { slot, outcome: { type: 'unchanged' } };
    const asked: Asked = { call, state, isCareful, reference, amountCents };
    const outcome = outcomeOf(asked, await this.rails.cash.send(asked));
    return { slot, outcome: outcome.type === 'contradiction' ? await this.askTwice(asked) : outcome };
  }

  /** One garbled answer is no contradiction: people are called only for what the partner says twice. */
  private async askTwice(asked: Asked): Promise<RailOutcome> {
    // Voiding once more changes nothing; an inquiry could not tell our own voiding from the partner's.
    const again: Asked = { ...asked, call: asked.call === 'void' ? 'void' : 'inquire' };
    const outcome = outcomeOf(again, await this.rails.cash.send(again));
    if (outcome.type === 'contradiction') return outcome;
    return asked.state === 'issued' ? { type: 'unchanged' } : { type: 'unknown' };
  }

  private async worksOf(tx: Parameters<PaymentDesk['linked']>[0], answered: readonly Answered[]): Promise<Work[]> {
    const handles = await this.desk.linked(
      tx,
      answered.map(({ slot }) => slot.obligation),
    );
    return answered.flatMap(({ slot, outcome }): Work[] => {
      const handle = handles.get(slot.obligation);
      const { obligation, slot: number, generation } = slot;
      const rail = { obligation, name: { slot: number, generation }, outcome };
      return handle === undefined ? [] : [{ handle, commands: [], rail }];
    });
  }
}
