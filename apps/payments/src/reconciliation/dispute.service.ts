import { Injectable } from '@nestjs/common';
import { failureOf, Transactions } from '#libs/bus';
import { dayNumbered } from '#libs/contracts';
import { bytes, hex, sha256, toBase64url } from '#libs/sealing';
import { AuditTrail, Clock, type StaffAct } from '#libs/service';
import { agree } from '../domain/agree.js';
import { dayNumberOf, mondayOf } from '../domain/calendar.js';
import type { DisputeResolution } from '../domain/rail-outcome.js';
import { DisbursementService } from '../disbursement/index.js';
import { AnchorService, ChainRepository } from '../ledger/index.js';
import { DisputeRepository, type DisputedItem } from './dispute.repository.js';
import { ProposalRepository } from './proposal.repository.js';

export type { DisputedItem };
export type ResolveOutcome = Exclude<ReturnType<typeof agree>, 'agreed'> | 'resolved' | 'not-now' | 'not-found';

const DISPUTED_MAX = 500;

interface Wish {
  readonly reference: string;
  readonly resolution: DisputeResolution;
  readonly isLedgerOnly: boolean;
}

/** Lists disputed instruments and lets two people resolve them. */
@Injectable()
export class DisputeService {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly disputes: DisputeRepository,
    private readonly proposals: ProposalRepository,
    private readonly chain: ChainRepository,
    private readonly anchor: AnchorService,
    private readonly disbursement: DisbursementService,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
  ) {}

  open(): Promise<readonly DisputedItem[]> {
    return this.transactions.read((reader) => this.disputes.list(reader, DISPUTED_MAX));
  }

  /**
   * Counts one more person. Two different people who give the same resolution resolve the dispute. If the data of the
   * household fail, the ledger alone is corrected.
   */
  async resolve(reference: string, resolution: DisputeResolution, act: StaffAct): Promise<ResolveOutcome> {
    try {
      return await this.count({ reference, resolution, isLedgerOnly: false }, act);
    } catch (error) {
      if (failureOf(error) !== 'content') throw error;
      return this.count({ reference, resolution, isLedgerOnly: true }, act);
    }
  }

  private count({ reference, resolution, isLedgerOnly }: Wish, act: StaffAct): Promise<ResolveOutcome> {
    const { person } = act;
    return this.transactions.run(async (unit) => {
      const { tx } = unit;
      const instrument = await this.disputes.find(tx, reference);
      if (instrument === undefined) return 'not-found';
      if ((await this.anchor.status(tx)).freeze !== undefined) return 'not-now';
      const about = `disputed ${hex(bytes(reference))}`;
      const wish = { digest: toBase64url(sha256(Buffer.from(`${about} ${resolution}`))), person };
      const first = await this.proposals.find(tx, about);
      const outcome = agree(first, wish);
      if (outcome === 'counted') {
        await this.proposals.propose(tx, about, wish);
        await this.audit.record(tx, act);
      }
      if (outcome !== 'agreed') return outcome;
      await this.proposals.end(tx, about);
      if (isLedgerOnly) await this.disbursement.applyToLedger({ ...instrument, outcome: resolution }, unit);
      else await this.disbursement.resolveDispute({ ...instrument, resolution }, unit);
      const week = mondayOf(dayNumberOf(this.clock.now().getTime()));
      await this.chain.record(tx, await this.chain.lock(tx), {
        kind: 'dispute-resolved',
        // The day would show that of the payment, for ever.
        day: dayNumbered(week),
        week,
        detail: {
          obligation: instrument.obligation,
          ...instrument.name,
          resolution,
          people: [first?.person ?? '', person],
        },
      });
      await this.audit.record(tx, act);
      return 'resolved';
    });
  }
}
