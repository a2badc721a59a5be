import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { failureOf, Transactions, type UnitOfWork } from '#libs/bus';
import { Clock, OneByOne, Workers, type Worker } from '#libs/service';
import { HOUR_MS, hourOf } from '../domain/calendar.js';
import { isOut } from '../domain/obligation.js';
import { callFor, outcomeOf, type Asked, type RailOutcome, type RailReply } from '../domain/rail.js';
import { ShortRests } from '../domain/short-rests.js';
import type { RailWork } from '../domain/work.js';
import { InstrumentQueueRepository, type DueInstrument } from './instrument-queue.repository.js';
import { RailClaimService } from './rail-claim.service.js';
import type { Rail } from './rail.adapter.js';
import { RailRegistry } from './rail-registry.service.js';

const CALLS_AT_ONCE = 32;
const POLL_MS = 200;

/** Applies outcomes of rails to households and ledger. */
export abstract class RailOutcomes {
  abstract applyRailOutcomes(outcomes: readonly RailWork[], unit: UnitOfWork<'payments'>): Promise<void>;

  /** Applies an outcome to the ledger alone. If a household would have to be told, the instrument becomes disputed. */
  abstract applyToLedger(outcome: RailWork, unit: UnitOfWork<'payments'>): Promise<void>;
}

interface Answered {
  readonly instrument: DueInstrument;
  readonly work: RailWork;
}

/**
 * Sends committed intents to the rails and applies the outcomes. Calls happen outside every transaction. An instrument
 * whose outcome is not known becomes `unknown`, and only an inquiry may follow.
 */
@Injectable()
export class RailWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;
  private readonly rests = new ShortRests();

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly claims: RailClaimService,
    private readonly queue: InstrumentQueueRepository,
    private readonly rails: RailRegistry,
    private readonly outcomes: RailOutcomes,
    private readonly clock: Clock,
    private readonly items: OneByOne,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'rail', pollMs: POLL_MS, work: () => this.runRound() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** One round: claim, call, apply. @returns the number of instruments that were asked about */
  async runRound(): Promise<number> {
    const due = await this.claims.claim(CALLS_AT_ONCE, this.rests.now(this.clock.now().getTime()));
    if (due.length === 0) return 0;
    const answered = await Promise.all(
      due.map(async (instrument): Promise<Answered> => ({ instrument, work: await this.ask(instrument) })),
    );
    await this.items.run('rail', answered, {
      together: (part) =>
        this.settle(part, (unit) =>
          this.outcomes.applyRailOutcomes(
            part.map(({ work }) => work),
            unit,
          ),
        ),
      setAside: (one) => this.setAside(one),
    });
    return due.length;
  }

  /** Applies outcomes, and sets when the rail is asked again, in one transaction. */
  private settle(answered: readonly Answered[], apply: (unit: UnitOfWork<'payments'>) => Promise<void>): Promise<void> {
    return this.transactions.run(async (unit) => {
      await apply(unit);
      const now = this.clock.now().getTime();
      const nextHour = hourOf(now) + HOUR_MS;
      await this.queue.askAgain(unit.tx, {
        instruments: answered.map(({ instrument }) => ({
          ...instrument,
          due: new Date(isOut(instrument) ? nextHour : this.rests.dueAfter(now, instrument)),
        })),
        collectionsDue: new Date(nextHour),
      });
    });
  }

  /** The data of its household fail. If the ledger's data fail too, the rail is only asked again after a pause. */
  private async setAside(answered: Answered): Promise<void> {
    try {
      await this.settle([answered], (unit) => this.outcomes.applyToLedger(answered.work, unit));
    } catch (error) {
      if (failureOf(error) !== 'content') throw error;
      this.items.tell('rail', error);
      await this.settle([answered], () => Promise.resolve());
    }
  }

  private async ask(instrument: DueInstrument): Promise<RailWork> {
    const { obligation, number, generation, reference, amountCents, state, inquireFirst } = instrument;
    const call = callFor(instrument);
    const rail = this.rails.of(instrument.payoutMethod);
    const name = { number, generation };
    if (call === undefined || rail === undefined) return { obligation, name, outcome: { type: 'unchanged' } };
    const asked: Asked = { call, state, inquireFirst: inquireFirst, reference, amountCents };
    const outcome = outcomeOf(asked, await sent(rail, asked));
    return { obligation, name, outcome: outcome.type === 'contradiction' ? await askTwice(rail, asked) : outcome };
  }
}

/** A rail that fails for one instrument fails no other: its answer counts as lost. */
async function sent(rail: Rail, asked: Asked): Promise<RailReply> {
  try {
    return await rail.send(asked);
  } catch {
    return { type: 'lost' };
  }
}

/** One garbled answer is no contradiction. Only an answer that the partner repeats calls people. */
async function askTwice(rail: Rail, asked: Asked): Promise<RailOutcome> {
  // A second void changes nothing. An inquiry could not tell our own void from the partner's.
  const again: Asked = { ...asked, call: asked.call === 'void' ? 'void' : 'inquire' };
  const outcome = outcomeOf(again, await sent(rail, again));
  if (outcome.type === 'contradiction') return outcome;
  return asked.state === 'issued' ? { type: 'unchanged' } : { type: 'unknown' };
}
