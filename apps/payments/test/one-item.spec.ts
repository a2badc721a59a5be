import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DestructionGate } from '#libs/records';
import { HealthChecks, OneByOne, type Workers } from '#libs/service';
import {
  contentFault,
  faultyBatches,
  MemoryTransactions,
  type FaultyBatch,
} from '../../../test/support/faulty-batches.js';
import type { DisbursementService } from '../src/disbursement/disbursement.service.js';
import { DeadlinesWorker } from '../src/disbursement/deadlines.worker.js';
import type { HouseholdRepository } from '../src/disbursement/household.repository.js';
import type { WaitingListRepository } from '../src/disbursement/waiting-list.repository.js';
import { WaitingListWorker } from '../src/disbursement/waiting-list.worker.js';
import type { RailWork } from '../src/domain/work.js';
import type { AnchorService } from '../src/ledger/index.js';
import type { InstrumentQueueRepository, DueInstrument } from '../src/rails/instrument-queue.repository.js';
import type { RailOutcomes } from '../src/rails/index.js';
import type { RailRegistry } from '../src/rails/rail-registry.service.js';
import type { RailClaimService } from '../src/rails/rail-claim.service.js';
import { RailWorker } from '../src/rails/rail.worker.js';

const RUNS = 10_000;
const TIMEOUT_MS = 180_000;
const NOW = new Date('2026-11-25T12:30:00Z');
const clock = { now: () => NOW };
const workers = { make: () => ({ start: () => undefined }) } as unknown as Workers;
const notFrozen = { status: () => Promise.resolve({ anchored: { seq: 1n } }) };

type Add = (...entries: readonly string[]) => void;
type Transactions = ConstructorParameters<typeof DeadlinesWorker>[0];

/** Transactions whose unit of work is the function that adds to them. */
function memory() {
  const store = new MemoryTransactions<string>();
  const run = <T>(work: (unit: { readonly tx: Add }) => Promise<T>): Promise<T> =>
    store.run((add) => work({ tx: add }));
  return { store, transactions: { run } as unknown as Transactions };
}

function items(): OneByOne {
  return new OneByOne({ write: () => undefined }, clock, new HealthChecks());
}

/** Adds a line for each item; fails like a damaged record if one of them is at fault. */
async function done({ faulty }: FaultyBatch, add: Add, numbers: readonly number[]): Promise<void> {
  add(...numbers.map((number) => `done ${number}`));
  await Promise.resolve();
  if (numbers.some((number) => faulty.has(number))) throw contentFault;
}

function expectApart({ good, faulty }: FaultyBatch, committed: readonly string[]): void {
  const isDone = (line: string): boolean => line.startsWith('done');
  expect(committed.filter(isDone).join()).toBe(good.map((item) => `done ${item}`).join());
  const aside = committed.filter((line) => !isDone(line));
  expect(new Set(aside)).toEqual(new Set([...faulty].map((item) => `aside ${item}`)));
  expect(aside).toHaveLength(faulty.size);
}

function railOf(batch: FaultyBatch) {
  const { store, transactions } = memory();
  const due = batch.items.map((number): Partial<DueInstrument> => ({
    obligation: 'x',
    number,
    generation: 0,
    state: 'unknown',
    tries: 0,
  }));
  const queue = {
    askAgain: () => Promise.resolve(),
  } as unknown as InstrumentQueueRepository;
  const outcomes = {
    applyRailOutcomes: (works: readonly RailWork[], { tx }: { tx: Add }) =>
      done(
        batch,
        tx,
        works.map(({ name }) => name.number),
      ),
    applyToLedger: ({ name }: RailWork, { tx }: { tx: Add }) => Promise.resolve(tx(`aside ${name.number}`)),
  } as unknown as RailOutcomes;
  const claims = { claim: () => Promise.resolve(due) } as unknown as RailClaimService;
  // Every fifth call of the rail fails, which is no fault of the others.
  const rails = {
    of: () => ({
      send: ({ number }: Partial<DueInstrument>) =>
        (number ?? 0) % 5 === 0 ? Promise.reject(contentFault) : Promise.resolve({ type: 'lost' }),
    }),
  } as unknown as RailRegistry;
  const worker = new RailWorker(transactions, claims, queue, rails, outcomes, clock, items(), workers);
  return { store, worker };
}

function deadlinesOf(batch: FaultyBatch) {
  const { store, transactions } = memory();
  const households = {
    claimWakes: () => Promise.resolve(batch.items.map(String)),
  } as unknown as HouseholdRepository;
  const disbursement = {
    passDay: (refs: readonly string[], { tx }: { tx: Add }) => done(batch, tx, refs.map(Number)),
    passDayLater: (ref: string, { tx }: { tx: Add }) => Promise.resolve(tx(`aside ${ref}`)),
  } as unknown as DisbursementService;
  const gate = { permit: () => Promise.resolve({}) } as unknown as DestructionGate;
  return { store, worker: new DeadlinesWorker(transactions, households, disbursement, clock, items(), gate, workers) };
}

function waitingListOf(batch: FaultyBatch) {
  const { store, transactions } = memory();
  const seen = new Set<string>();
  const left: (readonly string[])[] = [];
  const waiting = {
    next: (_: unknown, { without }: { without: readonly string[] }) => {
      left.push(without);
      return Promise.resolve(batch.items.map((item) => ({ obligation: String(item), isNextInLine: item % 3 > 0 })));
    },
    claim: () => Promise.resolve(),
  } as unknown as WaitingListRepository;
  const disbursement = {
    rapidLeftCents: () => Promise.resolve(0n),
    tryAgain: async (
      { nextInLine, others }: { nextInLine: readonly string[]; others: readonly string[] },
      { tx }: { tx: Add },
    ) => {
      // Whatever is done later must come with everything in front of it.
      const inFront = batch.good.filter((item) => item % 3 > 0 && item < Number(nextInLine.at(-1) ?? 0));
      const named = new Set(nextInLine);
      if (!inFront.every((item) => named.has(String(item)))) tx('out of order');
      const fresh = [...nextInLine, ...others].map(Number).filter((item) => !seen.has(String(item)));
      await done(
        batch,
        tx,
        fresh.toSorted((a, b) => a - b),
      );
      for (const item of fresh) seen.add(String(item));
    },
  } as unknown as DisbursementService;
  const anchor = notFrozen as unknown as AnchorService;
  const worker = new WaitingListWorker(transactions, waiting, disbursement, anchor, clock, items(), workers);
  return { store, worker, left };
}

describe('one to five items at fault, in 10,000 batches', () => {
  it(
    'of the rail: each other instrument is booked once, and those at fault are booked without their household',
    async () => {
      await fc.assert(
        fc.asyncProperty(faultyBatches(32), async (batch) => {
          const { store, worker } = railOf(batch);
          expect(await worker.runRound()).toBe(batch.items.length);
          expectApart(batch, store.committed);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'of the deadlines: each other household is checked once, and those at fault wait for the next day',
    async () => {
      await fc.assert(
        fc.asyncProperty(faultyBatches(40), async (batch) => {
          const { store, worker } = deadlinesOf(batch);
          expect(await worker.passDay()).toBe(batch.items.length);
          expectApart(batch, store.committed);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'of the waiting list: each other obligation is planned in its order, and those at fault are left out',
    async () => {
      await fc.assert(
        fc.asyncProperty(faultyBatches(40), async (batch) => {
          const { store, worker, left } = waitingListOf(batch);
          expect(await worker.runRound()).toBe(0);
          expect(store.committed.join()).toBe(batch.good.map((item) => `done ${item}`).join());
          await worker.runRound();
          expect(left[0]).toEqual([]);
          expect(new Set(left[1])).toEqual(new Set([...batch.faulty].map(String)));
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});
