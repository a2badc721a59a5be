import type { AccountKind, Posting } from '../src/domain/money.js';
import type { Obligation } from '../src/domain/obligation.js';
import type { FundView, MoneyView } from '../src/domain/planning.js';
import { isTrue } from './simulation-checks.js';

const FUNDS = ['GIFT', 'LEND'] as const;
const GIVEN_CENTS = 400_000n;
const SITE_HOUR_CENTS = 50_000n;
const RAPID_WEEK_CENTS = 60_000n;

/** The ledger: two funds, the released amount of the site's hour, and each fund's rapid grants of the week. */
export class SimulatedMoney {
  private readonly balances = new Map<string, bigint>();
  private readonly rapidUsed = new Map<string, bigint>();
  private siteUsed = 0n;

  constructor() {
    for (const fund of FUNDS) {
      this.add(`${fund}/given`, -GIVEN_CENTS);
      this.add(`${fund}/available`, GIVEN_CENTS);
    }
  }

  passHour(): void {
    this.siteUsed = 0n;
  }

  passWeek(): void {
    this.passHour();
    this.rapidUsed.clear();
  }

  post(postings: readonly Posting[]): void {
    for (const { fund, from, to, amountCents } of postings) {
      isTrue(typeof amountCents === 'bigint' && amountCents > 0n, 'amounts are whole cents, and more than nothing');
      this.add(`${fund}/${from}`, -amountCents);
      this.add(`${fund}/${to}`, amountCents);
    }
  }

  releasedAtSite(cents: bigint): void {
    this.siteUsed += cents;
    isTrue(this.siteUsed <= SITE_HOUR_CENTS, 'a site’s hour is never exceeded');
  }

  spentRapidly(fund: string, cents: bigint, tier: number): void {
    const used = (this.rapidUsed.get(fund) ?? 0n) + cents;
    isTrue(tier === 1 || used <= RAPID_WEEK_CENTS, 'a week’s share is exceeded for tier one only');
    this.rapidUsed.set(fund, used);
  }

  check(): void {
    // M1
    isTrue([...this.balances.values()].reduce((sum, cents) => sum + cents, 0n) === 0n, 'the ledger sums to nothing');
    // M4
    for (const [name, cents] of this.balances) isTrue(cents >= 0n || name.endsWith('/given'), 'nothing is overdrawn');
  }

  total(of: AccountKind): bigint {
    return FUNDS.reduce((sum, fund) => sum + (this.balances.get(`${fund}/${of}`) ?? 0n), 0n);
  }

  /** @param kept funds whose money is reserved for others */
  view(obligations: Iterable<Obligation>, kept: ReadonlySet<string>): MoneyView {
    const tiers = [...obligations]
      .filter(
        ({ status, kind, tier, amountCents }) =>
          status === 'waiting-list' && (kind !== 'rapid' || tier === 1 || amountCents <= this.rapidLeft()),
      )
      .map(({ tier }) => tier);
    const fund = (code: string, payoutMethods: readonly string[]): FundView => ({
      code,
      payoutMethods,
      mayPayGrants: true,
      availableCents: kept.has(code) ? 0n : (this.balances.get(`${code}/available`) ?? 0n),
      rapidLeftCents: RAPID_WEEK_CENTS - (this.rapidUsed.get(code) ?? 0n),
    });
    return {
      funds: [fund('GIFT', ['CASH', 'CARD']), fund('LEND', ['CASH'])],
      siteLeftCents: SITE_HOUR_CENTS - this.siteUsed,
      waitingTier: tiers.length === 0 ? undefined : Math.min(...tiers),
    };
  }

  private rapidLeft(): bigint {
    const lefts = FUNDS.map((code) => RAPID_WEEK_CENTS - (this.rapidUsed.get(code) ?? 0n));
    return lefts.reduce((most, left) => (left > most ? left : most), 0n);
  }

  private add(name: string, cents: bigint): void {
    this.balances.set(name, (this.balances.get(name) ?? 0n) + cents);
  }
}
