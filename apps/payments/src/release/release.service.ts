import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import type { Tx } from '#libs/database';
import { sha256, toBase64url } from '#libs/sealing';
import { AuditTrail, CityProfile, type StaffAct } from '#libs/service';
import type { ChainLink } from '../domain/ledger.js';
import { approve, batchText, released, totalCents, type Approval, type BatchItem } from '../domain/release.js';
import { AnchorService, BookingService, LedgerRepository } from '../ledger/index.js';
import { RailRegistry } from '../rails/index.js';
import { ReleaseRepository } from './release.repository.js';

/** Everything a checker has to see: the amount, the number of instruments, and the digest of exactly these. */
export interface Batch {
  readonly batch: string;
  readonly instruments: number;
  readonly amountCents: string;
  readonly digest: string;
}

const INSTRUMENTS_MAX = 5_000;

/** Releases batches of instruments when different people agree. */
@Injectable()
export class ReleaseService {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly batches: ReleaseRepository,
    private readonly ledger: LedgerRepository,
    private readonly anchor: AnchorService,
    private readonly rails: RailRegistry,
    private readonly booking: BookingService,
    private readonly city: CityProfile,
    private readonly audit: AuditTrail,
  ) {}

  /** Puts every instrument that waits for release into a batch. Undefined: none waits. */
  make(act: StaffAct): Promise<Batch | undefined> {
    return this.transactions.run(async ({ tx }) => {
      const batch = randomUUID();
      await this.ledger.lock(tx);
      // An instrument whose payout method has no rail goes on waiting.
      await this.batches.addToBatch(tx, batch, { payoutMethods: this.rails.payoutMethods, limit: INSTRUMENTS_MAX });
      const items = await this.batches.items(tx, batch);
      if (items.length === 0) return undefined;
      const digest = digestOf(items);
      await this.batches.insert(tx, batch, { maker: act.person, digest });
      await this.audit.record(tx, act, `batch ${batch}`);
      return seen(batch, items, digest);
    });
  }

  /** Batches that wait for checkers. */
  open(): Promise<readonly Batch[]> {
    return this.transactions.run(async ({ tx }) => {
      const batches = await this.batches.open(tx);
      return Promise.all(
        batches.map(async ({ batch, digest }) => seen(batch, await this.batches.items(tx, batch), digest)),
      );
    });
  }

  /** Counts one more person who agrees to exactly what the digest names. */
  approve(batch: string, seenDigest: string, act: StaffAct): Promise<Approval | undefined> {
    const { person } = act;
    return this.transactions.run(async ({ tx }) => {
      const head = await this.ledger.lock(tx);
      // In a frozen ledger, these instruments may have been sent already.
      if ((await this.anchor.status(tx)).freeze !== undefined) return { outcome: 'refused', reason: 'not-open' };
      const found = await this.batches.find(tx, batch);
      if (found === undefined) return undefined;
      const { state, maker, digest: madeDigest } = found;
      const items = await this.batches.items(tx, batch);
      const approvals = await this.batches.approvals(tx, batch);
      const presentDigest = digestOf(items);
      const facts = { state, maker, approvals, madeDigest, presentDigest, seenDigest };
      const approval = approve(facts, person, this.city.profile.release.checkers);
      if (state === 'made' && presentDigest !== madeDigest) await this.batches.dissolve(tx, batch);
      if (approval.outcome === 'refused') return approval;
      await this.batches.approve(tx, batch, person);
      if (approval.outcome === 'released') {
        await this.batches.close(tx, batch);
        await this.release(tx, head, items);
      }
      await this.audit.record(tx, act, `batch ${batch}`);
      return approval;
    });
  }

  private async release(tx: Tx, head: ChainLink, items: readonly BatchItem[]): Promise<void> {
    const obligations = await this.ledger.obligations(tx, [...new Set(items.map(({ obligation }) => obligation))]);
    await this.booking.book(tx, head, released(obligations.values(), items));
  }
}

function seen(batch: string, items: readonly BatchItem[], digest: string): Batch {
  return { batch, instruments: items.length, amountCents: String(totalCents(items)), digest };
}

function digestOf(items: readonly BatchItem[]): string {
  return toBase64url(sha256(Buffer.from(batchText(items))));
}
