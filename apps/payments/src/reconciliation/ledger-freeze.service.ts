import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { canonicalJson, dayOf } from '#libs/contracts';
import { sha256, toBase64url } from '#libs/sealing';
import { AuditTrail, Clock, type StaffAct } from '#libs/service';
import type { LedgerStatus } from '../domain/anchor.js';
import { dayNumberOf, hourOf, mondayOf } from '../domain/calendar.js';
import { lift, seenBy, type Found, type LiftDecision, type LiftOutcome, type LiftWish } from '../domain/lift.js';
import { AnchorService, ChainRepository } from '../ledger/index.js';
import { LedgerFreezeRepository } from './ledger-freeze.repository.js';
import { ProposalRepository } from './proposal.repository.js';
import type { Reconciliation } from './reconciliation.service.js';

/**
 * Why the ledger is frozen and what a person must know before lifting the freeze. It contains counts, never a
 * household.
 */
export interface FreezeView {
  readonly freeze: string | null;
  /** The newest anchored commit; `0` if the anchor is lost. */
  readonly anchoredSeq: string;
  readonly headSeq: string;
  /** Null until ledger and rails have been compared. */
  readonly found: Found | null;
  /** Hash of exactly what a person agrees to. */
  readonly digest: string | null;
  /** One person has agreed to this digest. */
  readonly isProposed: boolean;
  /** After a lift, the rail is asked before anything is sent, as long as old messages may arrive again. */
  readonly inquireFirst: boolean;
}

const ABOUT = 'ledger-freeze';

/** Shows ledger freezes and lets two people lift them. */
@Injectable()
export class LedgerFreezeService {
  /** The last reconciliation of this instance. */
  private last: Reconciliation | undefined;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly freezes: LedgerFreezeRepository,
    private readonly proposals: ProposalRepository,
    private readonly chain: ChainRepository,
    private readonly anchor: AnchorService,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
  ) {}

  /** Keeps the result of a reconciliation; undefined: it is no longer valid. */
  remember(reconciliation: Reconciliation | undefined): void {
    this.last = reconciliation;
  }

  view(): Promise<FreezeView> {
    return this.transactions.run(async ({ tx }) => {
      const status = await this.anchor.status(tx);
      const { seq } = await this.chain.head(tx);
      const digest = this.digest(status);
      const isFrozen = status.freeze !== undefined;
      return {
        freeze: status.freeze ?? null,
        anchoredSeq: String(status.anchored.seq),
        headSeq: String(seq),
        found: isFrozen ? (this.last?.found ?? null) : null,
        digest: digest ?? null,
        isProposed: digest !== undefined && (await this.proposals.find(tx, ABOUT))?.digest === digest,
        inquireFirst: status.inquireFirst,
      };
    });
  }

  /** Counts one more person. The second person lifts the freeze, and the anchor moves to the present head. */
  async agree(wish: LiftWish, act: StaffAct): Promise<LiftOutcome> {
    // The lock comes first: without it the anchor cannot move, and a recorded lift without a moved anchor would mislead
    // people.
    const decision = await this.anchor.alone(() => this.decide(wish, act));
    return decision ?? { outcome: 'refused', reason: 'busy' };
  }

  private async decide(wish: LiftWish, act: StaffAct): Promise<LiftDecision> {
    const [decision, status] = await this.transactions.run(async ({ tx }) => {
      const head = await this.chain.lock(tx);
      const present = await this.anchor.status(tx);
      const digest = this.digest(present);
      if (digest === undefined || this.last === undefined) {
        return [{ outcome: 'refused', reason: 'not-now' } as const, present] as const;
      }
      const first = await this.proposals.find(tx, ABOUT);
      const decided = lift(this.last.found, { digest, first }, wish);
      if (decided.outcome === 'counted') await this.proposals.propose(tx, ABOUT, wish);
      if (decided.outcome === 'lifted') {
        const now = this.clock.now();
        await this.proposals.end(tx, ABOUT);
        await this.freezes.end(tx, new Date(hourOf(now.getTime())));
        const { anchored } = present;
        await this.chain.record(tx, head, {
          kind: 'freeze-lifted',
          day: dayOf(now),
          week: mondayOf(dayNumberOf(now.getTime())),
          detail: {
            reason: present.freeze ?? '',
            fromSeq: String(anchored.seq),
            fromHash: anchored.hash,
            headSeq: String(head.seq),
            people: [first?.person ?? '', wish.person],
            ...this.last.found,
          },
        });
      }
      if (decided.outcome !== 'refused') await this.audit.record(tx, act);
      return [decided, present] as const;
    });
    if (decision.outcome === 'lifted') {
      await this.anchor.moveAfterLift(status.anchored);
      this.last = undefined;
    }
    return decision;
  }

  private digest({ freeze, anchored }: LedgerStatus): string | undefined {
    if (freeze === undefined || this.last === undefined) return undefined;
    return toBase64url(sha256(Buffer.from(canonicalJson(seenBy(anchored, this.last)))));
  }
}
