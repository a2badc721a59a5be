import { createHash } from 'node:crypto';
import { bytes, hex } from '#libs/sealing';
import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Pool } from 'pg';
import type { PeoplesEnd } from './domain/settle.js';
import { dayOf } from '#libs/contracts';
import { Clock } from '#libs/service';
import { AnchorService, ChainRepository } from './ledger/index.js';
import { DisbursementService } from './disbursement/index.js';
import { endProposal, findProposal, propose } from './proposal.store.js';

/** An instrument of which our books and the partner's contradict each other. The partner knows its reference. */
export interface HeldItem {
  readonly reference: string;
  readonly amountCents: string;
  /** The end that one person has proposed. */
  readonly proposed: boolean;
}

export type SettleOutcome = 'counted' | 'settled' | 'same-person' | 'other-end' | 'not-now' | 'not-found';

const HELD_MAX = 500;
/** What only people can settle, two of them together. */
@Injectable()
export class HeldDesk {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly pool: Pool,
    private readonly anchor: AnchorService,
    private readonly chain: ChainRepository,
    private readonly clock: Clock,
    private readonly disbursement: DisbursementService,
  ) {}

  async open(): Promise<readonly HeldItem[]> {
    const { rows } = await this.pool.query<{ reference: Buffer; cents: string; proposed: boolean }>(
      `SELECT s.reference, s.amount_cents::text AS cents, p.about IS NOT NULL AS proposed
         FROM slot s LEFT JOIN proposal p ON p.about = 'held ' || encode(s.reference, 'hex')
        WHERE s.state = 'held' ORDER BY s.reference LIMIT $1`,
      [HELD_MAX],
    );
    return rows.map(({ reference, cents, proposed }) => ({
      reference: reference.toString('base64url'),
      amountCents: cents,
      proposed,
    }));
  }

  /** One more person says how it ended. Two different people who say the same settle it. */
  settle(reference: string, end: PeoplesEnd, person: string): Promise<SettleOutcome> {
    return this.transactions.run(async (unit) => {
      const { tx } = unit;
      const { rows } = await tx.query(
        `SELECT obligation, slot, generation FROM slot WHERE reference = $1 AND state = 'held'`,
        [bytes(reference)],
      );
      const [slot] = rows as { obligation: Buffer; slot: number; generation: number }[];
      if (slot === undefined) return 'not-found';
      if ((await this.anchor.standing(tx)).hold !== undefined) return 'not-now';
      const about = `held ${hex(bytes(reference))}`;
      const digest = createHash('sha256').update(`${about} ${end}`).digest('base64url');
      const first = await findProposal(tx, about);
      if (first === undefined || (first.person === person && first.digest !== digest)) {
        await propose(tx, about, { digest, person });
        return 'counted';
      }
      if (first.person === person) return 'same-person';
      if (first.digest !== digest) return 'other-end';
      await endProposal(tx, about);
      const obligation = slot.obligation.toString('base64url');
      await this.disbursement.settleByPeople({ obligation, name: slot, end }, unit);
      await this.chain.record(tx, await this.chain.lock(tx), {
        day: dayOf(this.clock.now()),
        kind: 'held-settled',
        detail: { reference, end, people: [first.person, person] },
      });
      return 'settled';
    });
  }
}
