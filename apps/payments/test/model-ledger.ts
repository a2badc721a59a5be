import type { Booking } from '../src/domain/booking.js';
import { hourOf, mondayOf, dayNumberOf } from '../src/domain/calendar.js';
import type { LedgerChange } from '../src/domain/ledger.js';
import { accountOf } from '../src/domain/money.js';
import type { Instrument, Obligation } from '../src/domain/obligation.js';

export interface ModelFund {
  readonly code: string;
  readonly payoutMethods: readonly string[];
  readonly mayPayGrants: boolean;
}

interface Listed {
  readonly obligation: Obligation;
  readonly orderKey: string;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** The tables of the ledger, told without SQL. */
export class ModelLedger {
  readonly balances = new Map<string, bigint>();
  readonly obligations = new Map<string, Listed>();
  private readonly rapid = new Map<string, bigint>();
  private readonly released = new Map<string, bigint>();

  constructor(public funds: readonly ModelFund[]) {}

  balance(fund: string, kind: Parameters<typeof accountOf>[1]): bigint {
    return this.balances.get(accountOf(fund, kind)) ?? 0n;
  }

  write({ postings, rapid, released }: LedgerChange, { nowMs, obligations }: Booking): void {
    const monday = mondayOf(dayNumberOf(nowMs));
    for (const { fund, from, to, amountCents } of postings) {
      this.balances.set(accountOf(fund, from), this.balance(fund, from) - amountCents);
      this.balances.set(accountOf(fund, to), this.balance(fund, to) + amountCents);
    }
    for (const { fund, cents } of rapid) add(this.rapid, `${fund} ${monday}`, cents);
    for (const { site, cents } of released) add(this.released, `${site ?? ''} ${hourOf(nowMs)}`, cents);
    for (const { obligation, orderKey } of obligations) {
      const known = this.obligations.get(obligation.id);
      const isListedAnew = obligation.status === 'waiting-list' && known?.obligation.status !== 'waiting-list';
      const key = known === undefined || isListedAnew ? hex(orderKey) : known.orderKey;
      this.obligations.set(obligation.id, { obligation, orderKey: key });
    }
  }

  fundViews(monday: number, percent: number): readonly object[] {
    return this.funds
      .toSorted((one, other) => byText(one.code, other.code))
      .map(({ code, payoutMethods, mayPayGrants }) => ({
        code,
        payoutMethods,
        mayPayGrants,
        availableCents: this.balance(code, 'available'),
        rapidLeftCents:
          (-this.balance(code, 'given') * BigInt(percent)) / 100n - (this.rapid.get(`${code} ${monday}`) ?? 0n),
      }));
  }

  releasedAt(site: string | undefined, hourMs: number): bigint {
    return this.released.get(`${site ?? ''} ${hourMs}`) ?? 0n;
  }

  /** Those that wait for money, in order. A rapid grant that waits only for another week blocks nobody. */
  list(rapidLeftCents: bigint): readonly Obligation[] {
    return [...this.obligations.values()]
      .filter(({ obligation: { status } }) => status === 'waiting-list')
      .filter(
        ({ obligation: { kind, tier, amountCents } }) =>
          kind !== 'rapid' || tier === 1 || amountCents <= rapidLeftCents,
      )
      .toSorted(
        (one, other) =>
          one.obligation.tier - other.obligation.tier ||
          Buffer.compare(Buffer.from(one.orderKey, 'hex'), Buffer.from(other.orderKey, 'hex')),
      )
      .map(({ obligation }) => obligation);
  }

  counts(of: 'status' | 'state'): Readonly<Record<string, number>> {
    const all = [...this.obligations.values()].map(({ obligation }) => obligation);
    const names = of === 'status' ? all.map(({ status }) => status) : all.flatMap(statesOf);
    return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, each]) => [name, each.length]));
  }
}

function statesOf({ instruments }: Obligation): readonly Instrument['state'][] {
  return instruments.map(({ state }) => state);
}

function add(sums: Map<string, bigint>, name: string, cents: bigint): void {
  sums.set(name, (sums.get(name) ?? 0n) + cents);
}
