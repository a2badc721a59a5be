import type { LedgerChange, LedgerView } from './ledger.js';
import type { Posting } from './money.js';
import type { Obligation } from './obligation.js';
import type { FundView, MoneyView, Plan } from './planning.js';

/** The money as it changes while one batch is planned, and the changes to write. */
export class PendingLedgerChange {
  private funds: readonly FundView[];
  private readonly waitingTier: number | undefined;
  private readonly siteLeft: Map<string | undefined, bigint>;
  private readonly reservedFor = new Set<string>();
  private readonly postings: Posting[] = [];
  private readonly rapid: { fund: string; cents: bigint }[] = [];
  private readonly released: { site: string | undefined; cents: bigint }[] = [];
  private readonly changed = new Map<string, Obligation>();

  constructor({ funds, waitingTier }: LedgerView, siteLeft: ReadonlyMap<string | undefined, bigint>) {
    this.funds = funds;
    this.waitingTier = waitingTier;
    this.siteLeft = new Map(siteLeft);
  }

  view(site: string | undefined): MoneyView {
    return {
      funds: this.funds.map((fund) => (this.reservedFor.has(fund.code) ? { ...fund, availableCents: 0n } : fund)),
      siteLeftCents: this.siteLeft.get(site) ?? 0n,
      waitingTier: this.waitingTier,
    };
  }

  add(obligation: Obligation): void {
    this.changed.set(obligation.id, obligation);
  }

  post(postings: readonly Posting[]): void {
    for (const posting of postings) {
      this.postings.push(posting);
      const { from, to, amountCents } = posting;
      const change = to === 'available' ? amountCents : from === 'available' ? -amountCents : 0n;
      if (change !== 0n) {
        this.replace(posting.fund, (fund) => ({ ...fund, availableCents: fund.availableCents + change }));
      }
    }
  }

  /** Subtracts what this plan reserved and released without people. */
  apply({ obligation, postings, rapidCents, releasedCents }: Plan, site: string | undefined): void {
    this.post(postings);
    const { fund = '' } = obligation;
    if (rapidCents > 0n) {
      this.rapid.push({ fund, cents: rapidCents });
      this.replace(fund, (each) => ({ ...each, rapidLeftCents: each.rapidLeftCents - rapidCents }));
    }
    if (releasedCents > 0n) {
      this.released.push({ site, cents: releasedCents });
      this.siteLeft.set(site, (this.siteLeft.get(site) ?? 0n) - releasedCents);
    }
  }

  /** Reserves the rest of these funds for an obligation that needs more, so that nobody behind it gets the money. */
  reserveFor(funds: readonly string[]): void {
    for (const fund of funds) this.reservedFor.add(fund);
  }

  change(decisionTraces: ReadonlyMap<string, object>): LedgerChange {
    return {
      obligations: [...this.changed.values()].map((obligation) => ({
        obligation,
        decisionTrace: decisionTraces.get(obligation.id),
      })),
      postings: this.postings,
      rapid: this.rapid,
      released: this.released,
    };
  }

  private replace(code: string, change: (fund: FundView) => FundView): void {
    this.funds = this.funds.map((fund) => (fund.code === code ? change(fund) : fund));
  }
}
