import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyDelivery } from '#libs/bus/testing';
import { DAY_MS, dayOf, grantAwarded, grantCancelled, message } from '#libs/contracts';
import { randomId, SignedHousehold } from '../../../test/support/signed-household.js';
import { ServiceUnderTest, type ServiceOptions } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { enrolStaff, postAs, readAs, type StaffAnswer, type StaffKey } from '../../../test/support/staff.js';
import { LedgerFreezeWorker } from '../src/reconciliation/ledger-freeze.worker.js';
import type { DisputedItem } from '../src/reconciliation/dispute.service.js';
import { BooksService, type Books } from '../src/ledger/books.service.js';
import { ForgettingWorker } from '../src/ledger/forgetting.worker.js';
import { DeadlinesWorker } from '../src/disbursement/deadlines.worker.js';
import { DisbursementService } from '../src/disbursement/disbursement.service.js';
import { WaitingListWorker } from '../src/disbursement/waiting-list.worker.js';
import { PaymentsModule, payments } from '../src/payments.module.js';
import { PullBackWorker } from '../src/rails/pull-back.worker.js';
import { RailWorker } from '../src/rails/rail.worker.js';
import type { Batch } from '../src/release/release.service.js';
import { Partner } from './partner.js';

/** Workers that run only when a test calls them. */
class QuietRailWorker extends RailWorker {
  override onApplicationBootstrap(): void {}
}
class QuietFreezeWorker extends LedgerFreezeWorker {
  override onApplicationBootstrap(): void {}
}
class QuietPullBack extends PullBackWorker {
  override onApplicationBootstrap(): void {}
}
class QuietWaitingList extends WaitingListWorker {
  override onApplicationBootstrap(): void {}
}

class QuietForgettingWorker extends ForgettingWorker {
  override onApplicationBootstrap(): void {}
}

class QuietDeadlinesWorker extends DeadlinesWorker {
  override onApplicationBootstrap(): void {}
}

/** Disbursement that can crash in the middle of a transaction. */
export class MortalDisbursement extends DisbursementService {
  private isDying = false;

  dieAtNextCommit(): void {
    this.isDying = true;
  }

  override async apply(...args: Parameters<DisbursementService['apply']>): Promise<void> {
    await super.apply(...args);
    if (!this.isDying) return;
    this.isDying = false;
    throw new Crash();
  }
}

export const still = {
  module: PaymentsModule,
  instead: [
    [RailWorker, QuietRailWorker],
    [PullBackWorker, QuietPullBack],
    [WaitingListWorker, QuietWaitingList],
    [LedgerFreezeWorker, QuietFreezeWorker],
    [DeadlinesWorker, QuietDeadlinesWorker],
    [ForgettingWorker, QuietForgettingWorker],
    [DisbursementService, MortalDisbursement],
  ],
} as const satisfies Partial<ServiceOptions>;

/** The end of the process. It is no fault of what is being handled. */
export class Crash extends Error {
  readonly canRetry = true;
}

export interface GrantOptions {
  readonly id?: string;
  readonly kind?: 'rapid' | 'standard';
  readonly amountCents?: number;
  readonly tier?: number;
  readonly needs?: string[];
  readonly serviceArea?: string;
  readonly evidenceClass?: string;
  /** Another case than the household's own. */
  readonly caseRef?: string;
}

export interface WorldOptions {
  readonly profile?: string;
  readonly keyrings?: TestKeyrings;
  readonly anchor?: string;
  /** `real`: payments asks its witnesses before it lets anything lapse. */
  readonly gate?: 'real';
}

const START = new Date('2026-11-18T15:05:00Z');

/** Payments with a database of its own, a partner with books of its own, and a clock that stands still. */
export class PaymentsWorld {
  private now = START;
  private databaseNow = START;

  private constructor(
    readonly keyrings: TestKeyrings,
    readonly partner: Partner,
    readonly anchor: string,
  ) {}

  static readonly firstDay = dayOf(START);

  service!: ServiceUnderTest<'payments'>;

  static async open({ profile = 'los-angeles', keyrings, anchor, gate }: WorldOptions = {}): Promise<PaymentsWorld> {
    const rings = keyrings ?? (await TestKeyrings.create(dayOf(START)));
    const world = new PaymentsWorld(rings, await Partner.open(), anchor ?? mkdtempSync(join(rings.folder, 'anchor-')));
    world.service = await ServiceUnderTest.open(payments, {
      ...still,
      keyrings: rings,
      profile,
      clock: { now: () => world.now, databaseMovedMs: () => world.databaseNow.getTime() - Date.now() },
      ...(gate === undefined ? {} : { gate }),
      env: { ANCHOR: world.anchor, RAIL_URL: world.partner.url },
    });
    return world;
  }

  /** Another process with the same database and partner. It has an anchor of its own unless it is given one. */
  static async beside(other: PaymentsWorld, anchor?: string): Promise<PaymentsWorld> {
    const { keyrings, partner, service } = other;
    const world = new PaymentsWorld(keyrings, partner, anchor ?? mkdtempSync(join(keyrings.folder, 'anchor-')));
    world.service = await ServiceUnderTest.open(payments, {
      ...still,
      keyrings,
      clock: { now: () => other.now },
      env: { ANCHOR: world.anchor, RAIL_URL: partner.url },
      database: service.database,
    });
    return world;
  }

  /** Ends this process. The partner stays. */
  async leave(): Promise<void> {
    await this.service.close();
  }

  get day(): string {
    return dayOf(this.now);
  }

  household(): SignedHousehold {
    return new SignedHousehold(this.keyrings, this.day);
  }

  grant(household: SignedHousehold, options: GrantOptions = {}): AnyDelivery {
    const { id = randomId(), kind = 'rapid', amountCents = 25_000, tier = 1 } = options;
    const { needs = ['FOD'], serviceArea = 'East', evidenceClass = 'R6' } = options;
    return message(grantAwarded, this.day, {
      grant: id,
      household: household.paymentsHandle,
      caseRef: options.caseRef ?? household.paymentsHandle,
      kind,
      amountCents: String(amountCents),
      needs,
      tier,
      serviceArea,
      version: 1,
      stub: { profileHash: randomId(), rules: ['attested'], evidenceClass },
    });
  }

  cancel(grant: string, version = 2): AnyDelivery {
    return message(grantCancelled, this.day, { grant, version, reason: 'withdrawn' });
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
    this.databaseNow = new Date(this.databaseNow.getTime() + ms);
  }

  /** Moves the clock of the process, that of its database, or both. */
  leap(which: 'process' | 'database' | 'both', days: number): void {
    const later = (instant: Date): Date => new Date(instant.getTime() + days * DAY_MS);
    if (which !== 'database') this.now = later(this.now);
    if (which !== 'process') this.databaseNow = later(this.databaseNow);
  }

  /** One round of the rail worker. A crash ends the round. */
  async runRailRound(): Promise<number> {
    try {
      return await this.service.get(RailWorker).runRound();
    } catch (error) {
      if (error instanceof Crash) return 0;
      throw error;
    }
  }

  /** One round of what asks again about instruments that were put off for too long. */
  pullBack(): Promise<number> {
    return this.service.get(PullBackWorker).runRound();
  }

  /** Rounds with pauses, until nothing more is due within the next minutes. */
  async runRailRounds(rounds = 14): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      this.partner.passTime();
      await this.runRailRound();
      this.pass(61_000);
    }
  }

  /** One round of the clocks of households. */
  passDay(): Promise<number> {
    return this.service.get(DeadlinesWorker).passDay();
  }

  /** One round of what removes from the ledger what ends by its day. */
  forget(): Promise<number> {
    return this.service.get(ForgettingWorker).runRound();
  }

  /** The records of one kind. */
  kept(kind: string): Promise<readonly object[]> {
    return this.service.kept(kind);
  }

  retryWaitingList(): Promise<number> {
    return this.service.get(WaitingListWorker).runRound();
  }

  books(): Promise<Books> {
    return this.service.get(BooksService).read();
  }

  async rows<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.service.pool.query<T>(sql, values)).rows;
  }

  /** The acts of staff, oldest first: operation, person, and what it was about. */
  async audit(): Promise<readonly string[]> {
    const rows = await this.rows<{ act: string }>(
      `SELECT rtrim(operation || ' ' || person || ' ' || about) AS act FROM audit ORDER BY seq`,
    );
    return rows.map(({ act }) => act);
  }

  enrol(name: string, person: string): Promise<StaffKey> {
    return enrolStaff(this.service, { name, person, role: 'releaser' });
  }

  post(path: string, body: object, signer?: StaffKey): Promise<StaffAnswer<Answered>> {
    return postAs(this.service, { path, body, now: this.now }, signer);
  }

  read<T>(path: string, signer?: StaffKey): Promise<StaffAnswer<T>> {
    return readAs(this.service, { path, now: this.now }, signer);
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.partner.close();
  }
}

/** The answer of a route of payments, as far as a test reads it. */
export interface Answered {
  readonly made?: Batch | null;
  readonly batches?: readonly Batch[];
  readonly outcome?: string;
  readonly missing?: number;
  readonly items?: readonly DisputedItem[];
  readonly code?: string;
  readonly ready?: boolean;
  readonly checks?: Readonly<Record<string, unknown>>;
}

/** Delivers the n-th messages of all scripts together, many in one transaction. Each script keeps its own order. */
export async function inStep(
  scripts: readonly (readonly AnyDelivery[])[],
  deliver: (batch: readonly AnyDelivery[]) => Promise<void>,
  batchMax = 240,
): Promise<void> {
  const steps = Math.max(...scripts.map(({ length }) => length));
  for (let step = 0; step < steps; step += 1) {
    for (let from = 0; from < scripts.length; from += batchMax) {
      await deliver(scripts.slice(from, from + batchMax).flatMap((script) => script[step] ?? []));
    }
  }
}
