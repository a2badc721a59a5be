import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { canonicalJson, dayOf } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Clock } from '#libs/service';
import type { Standing } from './domain/anchor.js';
import { lift, type Found, type LiftDecision } from './domain/lift.js';
import { AnchorService, ChainRepository } from './ledger/index.js';
import { endProposal, findProposal, propose } from './proposal.store.js';
import type { Reconciliation } from './reconciler.js';

/** Why payments holds, and what a person has to know before lifting it: counts, never a household. */
export interface HoldView {
  readonly hold: string | null;
  /** Up to which commit the books were written down outside; `0` where that was lost. */
  readonly anchoredSeq: string;
  readonly headSeq: string;
  /** Null until books and rails have been compared. */
  readonly found: Found | null;
  /** Exactly what whoever lifts it agrees to. */
  readonly digest: string | null;
  /** Somebody has agreed to this digest already. */
  readonly isProposed: boolean;
  /** After a lift, for as long as old messages may come again: whatever is to be sent is asked about first. */
  readonly isCareful: boolean;
}

const ABOUT = 'hold';

/** Holds, and how two people lift them. */
@Injectable()
export class HoldDesk {
  /** What was found last by this instance. */
  private last: Reconciliation | undefined;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly anchor: AnchorService,
    private readonly chain: ChainRepository,
    private readonly clock: Clock,
  ) {}

  /** What reconciling has found; undefined: it is not known any more. */
  take(reconciliation: Reconciliation | undefined): void {
    this.last = reconciliation;
  }

  view(): Promise<HoldView> {
    return this.transactions.run(async ({ tx }) => {
      const standing = await this.anchor.standing(tx);
      const { seq } = await this.chain.head(tx);
      const digest = this.digest(standing);
      const isHeld = standing.hold !== undefined;
      return {
        hold: standing.hold ?? null,
        anchoredSeq: String(standing.anchored.seq),
        headSeq: String(seq),
        found: isHeld ? (this.last?.found ?? null) : null,
        digest: digest ?? null,
        isProposed: digest !== undefined && (await findProposal(tx, ABOUT))?.digest === digest,
        isCareful: standing.isCareful,
      };
    });
  }

  /** One more person agrees. With the second the books go on from where they are, and the anchor with them. */
  async agree(wish: {
    readonly digest: string;
    readonly person: string;
    readonly isAccepted: boolean;
  }): Promise<LiftDecision> {
    const [decision, standing] = await this.transactions.run(async ({ tx }) => {
      const head = await this.chain.lock(tx);
      const present = await this.anchor.standing(tx);
      const digest = this.digest(present);
      if (digest === undefined || this.last === undefined) {
        return [{ outcome: 'refused', reason: 'not-now' } as const, present] as const;
      }
      const first = await findProposal(tx, ABOUT);
      const decided = lift(this.last.found, { digest, first }, wish);
      if (decided.outcome === 'counted') await propose(tx, ABOUT, wish);
      if (decided.outcome === 'lifted') {
        await this.end(tx);
        const { anchored } = present;
        await this.chain.record(tx, head, {
          day: dayOf(this.clock.now()),
          kind: 'hold-lifted',
          detail: {
            reason: present.hold ?? '',
            fromSeq: String(anchored.seq),
            fromHash: anchored.hash,
            headSeq: String(head.seq),
            people: [first?.person ?? '', wish.person],
            ...this.last.found,
          },
        });
      }
      return [decided, present] as const;
    });
    if (decision.outcome === 'lifted') {
      await this.anchor.moveAfterLift(standing.anchored);
      this.last = undefined;
    }
    return decision;
  }

  /** What lives may have been sent without the books' knowing; what came meanwhile is to be planned. */
  private async end(tx: Tx): Promise<void> {
    await endProposal(tx, ABOUT);
    await tx.query(`UPDATE slot SET careful = true WHERE state NOT IN ('void', 'collected')`);
    await tx.query(`UPDATE slot SET lease = NULL, due = $1 WHERE state IN ('intended', 'unknown')`, [this.clock.now()]);
    await tx.query(
      `INSERT INTO to_plan (obligation) SELECT id FROM obligation WHERE status <> 'closed' ON CONFLICT DO NOTHING`,
    );
  }

  private digest({ hold, anchored }: Standing): string | undefined {
    if (hold === undefined || this.last === undefined) return undefined;
    const { unanswered, unfunded, unmatched, differing } = this.last.found;
    // Not the reason, which changes as the books grow past the anchor; not the head and not how many were asked about:
    // while people look, new grants go on coming in.
    const seen = { seq: String(anchored.seq), hash: anchored.hash, unanswered, unfunded, unmatched, differing };
    return createHash('sha256')
      .update(canonicalJson({ ...seen, open: [...this.last.open] }))
      .digest('base64url');
  }
}
