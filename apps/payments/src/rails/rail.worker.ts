import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Transactions, type UnitOfWork } from '#libs/bus';
import { dayOf, HOUR_MS } from '#libs/contracts';
import { Clock, Workers, type Worker } from '#libs/service';
import { callFor, outcomeOf, pauseAfter, type Asked, type RailOutcome } from '../domain/rail.js';
import type { RailWork } from '../domain/work.js';
import { AnchorService, ChainRepository } from '../ledger/index.js';
import { InstrumentQueueRepository, type DueInstrument } from './instrument-queue.repository.js';
import type { Rail } from './rail.adapter.js';
import { RailRegistry } from './rail-registry.service.js';

const CALLS_AT_ONCE = 32;
const POLL_MS = 200;
const LEASE_MS = 30_000;
const COLLECTION_POLL_MS = HOUR_MS;

/** Applies outcomes of rails to households and ledger. */
export abstract class RailOutcomes {
  abstract applyRailOutcomes(outcomes: readonly RailWork[], unit: UnitOfWork<'payments'>): Promise<void>;
}

/**
 * Sends committed intents to the rails and applies the outcomes. Calls happen outside every transaction. An instrument
 * whose outcome is not known becomes `unknown`, and only an inquiry may follow.
 */
@Injectable()
export class RailWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly queue: InstrumentQueueRepository,
    private readonly chain: ChainRepository,
    private readonly anchor: AnchorService,
    private readonly rails: RailRegistry,
    private readonly outcomes: RailOutcomes,
    private readonly clock: Clock,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'rail', pollMs: POLL_MS, work: () => this.runRound() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** One round: claim, call, apply. @returns the number of instruments that were asked about */
  async runRound(): Promise<number> {
    const due = await this.claim(CALLS_AT_ONCE);
    if (due.length === 0) return 0;
    const outcomes = await Promise.all(due.map((instrument) => this.ask(instrument)));
    await this.transactions.run(async (unit) => {
      await this.outcomes.applyRailOutcomes(outcomes, unit);
      const now = this.clock.now().getTime();
      await this.queue.askAgain(unit.tx, {
        instruments: due.map((instrument) => ({ ...instrument, due: new Date(now + pauseAfter(instrument.tries)) })),
        collectionsDue: new Date(now + COLLECTION_POLL_MS),
      });
    });
    return due.length;
  }

  /**
   * Claims due instruments and moves the anchor first. Nothing above the anchor is sent to a rail. The claim is also a
   * link of the chain, because planning takes back unclaimed instruments without an inquiry.
   */
  private async claim(limit: number): Promise<readonly DueInstrument[]> {
    if (!(await this.anchor.advance())) return [];
    const due = await this.transactions.run(async ({ tx }) => {
      // This query runs before the head of the chain is locked.
      if (!(await this.queue.isAnyDue(tx, this.clock.now()))) return [];
      const head = await this.chain.lock(tx);
      // The connection may lead to another database than a moment ago.
      const { freeze, anchored } = await this.anchor.status(tx);
      if (freeze !== undefined) return [];
      const now = this.clock.now();
      const leasedUntil = new Date(now.getTime() + LEASE_MS);
      const claimed = await this.queue.claimDue(tx, { now, leasedUntil, limit, anchored: anchored.seq });
      const first = claimed.filter(({ isFirst }) => isFirst).map(({ reference }) => reference);
      const day = dayOf(now);
      if (first.length > 0) await this.chain.extend(tx, head, { vouched: { claimed: first }, day });
      return claimed;
    });
    return due.some(({ isFirst }) => isFirst) && !(await this.anchor.advance()) ? [] : due;
  }

  private async ask(instrument: DueInstrument): Promise<RailWork> {
    const { obligation, number, generation, reference, amountCents, state, inquireFirst } = instrument;
    const call = callFor(instrument);
    const rail = this.rails.of(instrument.payoutMethod);
    const name = { number, generation };
    if (call === undefined || rail === undefined) return { obligation, name, outcome: { type: 'unchanged' } };
    const asked: Asked = { call, state, inquireFirst: inquireFirst, reference, amountCents };
    const outcome = outcomeOf(asked, await rail.send(asked));
    return { obligation, name, outcome: outcome.type === 'contradiction' ? await askTwice(rail, asked) : outcome };
  }
}

/** One garbled answer is no contradiction. Only an answer that the partner repeats calls people. */
async function askTwice(rail: Rail, asked: Asked): Promise<RailOutcome> {
  // A second void changes nothing. An inquiry could not tell our own void from the partner's.
  const again: Asked = { ...asked, call: asked.call === 'void' ? 'void' : 'inquire' };
  const outcome = outcomeOf(again, await rail.send(again));
  if (outcome.type === 'contradiction') return outcome;
  return asked.state === 'issued' ? { type: 'unchanged' } : { type: 'unknown' };
}
