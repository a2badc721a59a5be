import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { dayOf } from '#libs/contracts';
import { bytes, hex, sha256, toBase64url } from '#libs/sealing';
import { Clock, HealthChecks } from '#libs/service';
import { agree } from '../domain/agree.js';
import type { PeoplesEnd } from '../domain/settle.js';
import { DisbursementService } from '../disbursement/index.js';
import { AnchorService, ChainRepository } from '../ledger/index.js';
import { HeldRepository, type HeldItem } from './held.repository.js';
import { ProposalRepository } from './proposal.repository.js';

export type { HeldItem };
export type SettleOutcome = ReturnType<typeof agree> | 'not-now' | 'not-found';

const HELD_MAX = 500;

/** Contradicted payments, and how two people settle them. */
@Injectable()
export class HeldService {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly held: HeldRepository,
    private readonly proposals: ProposalRepository,
    private readonly chain: ChainRepository,
    private readonly anchor: AnchorService,
    private readonly disbursement: DisbursementService,
    private readonly clock: Clock,
    checks: HealthChecks,
  ) {
    checks.count('paymentsDisputed', async () => (await this.open()).length);
  }

  open(): Promise<readonly HeldItem[]> {
    return this.transactions.read((reader) => this.held.list(reader, HELD_MAX));
  }

  /** One more person says how it ended. Two different people who say the same settle it. */
  settle(reference: string, end: PeoplesEnd, person: string): Promise<SettleOutcome> {
    return this.transactions.run(async (unit) => {
      const { tx } = unit;
      const instrument = await this.held.find(tx, reference);
      if (instrument === undefined) return 'not-found';
      if ((await this.anchor.status(tx)).hold !== undefined) return 'not-now';
      const about = `held ${hex(bytes(reference))}`;
      const wish = { digest: toBase64url(sha256(Buffer.from(`${about} ${end}`))), person };
      const first = await this.proposals.find(tx, about);
      const outcome = agree(first, wish);
      if (outcome === 'counted') await this.proposals.propose(tx, about, wish);
      if (outcome !== 'settled') return outcome;
      await this.proposals.end(tx, about);
      await this.disbursement.settleByPeople({ ...instrument, end }, unit);
      await this.chain.record(tx, await this.chain.lock(tx), {
        kind: 'held-settled',
        day: dayOf(this.clock.now()),
        detail: { reference, end, people: [first?.person ?? '', person] },
      });
      return 'settled';
    });
  }
}
