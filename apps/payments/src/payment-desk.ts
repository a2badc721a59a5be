import { Inject, Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#libs/bus';
import { dayOf } from '#libs/contracts';
import { RUNTIME, type Runtime } from '#libs/service';
import { evolve, siteOf, type HouseholdCommand } from './domain/household.js';
import { report } from './domain/message.js';
import type { Posting } from './domain/money.js';
import type { Obligation } from './domain/obligation.js';
import { plan, type FundView, type MoneyView, type PaymentPolicy } from './domain/plan.js';
import type { RailOutcome } from './domain/rail.js';
import { settle, type SlotName } from './domain/settle.js';
import { HouseholdStore, type HouseholdKeys, type HouseholdRecord } from './household.store.js';
import { hourOf, LedgerStore, weekStart, type ChainLink } from './ledger.store.js';
import { messagesFor } from './outgoing.js';

/** Something that has happened to one household, from a message, a rail, or the waiting list. */
export interface Work {
  readonly handle: string;
  readonly commands: readonly HouseholdCommand[];
  readonly keys?: HouseholdKeys;
  readonly stubs?: ReadonlyMap<string, object>;
  readonly rail?: { readonly obligation: string; readonly name: SlotName; readonly outcome: RailOutcome };
  /** Obligations whose turn on the waiting list it is. */
  readonly turns?: readonly string[];
}

const NO_SITE = 'NONE';
const BOX_DAYS = 150;
const RAIL_WAYS = ['CASH'];

/** The money as it changes while one batch is planned. */
interface Purse {
  funds: FundView[];
  readonly siteLeft: Map<string, bigint>;
  readonly waitingTier: number | undefined;
  readonly postings: Posting[];
  readonly rapid: { fund: string; cents: bigint }[];
  readonly released: { site: string; cents: bigint }[];
  readonly changed: Map<string, Obligation>;
}

/** Takes work about households into records and books, in one transaction, and says what follows from it. */
@Injectable()
export class PaymentDesk {
  private readonly policy: PaymentPolicy;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'payments'>,
    @Inject(HouseholdStore) private readonly households: HouseholdStore,
    @Inject(LedgerStore) private readonly ledger: LedgerStore,
  ) {
    const { grants, release } = runtime.profile;
    this.policy = {
      perInstrumentCents: grants.perInstrumentCents,
      isRapidAutomatic: release.automaticRapid !== undefined,
      railWays: RAIL_WAYS,
    };
  }

  async take(works: readonly Work[], unit: UnitOfWork<'payments'>): Promise<void> {
    if (works.length === 0) return;
    const { tx } = unit;
    const households = await this.households.load(tx, [...new Set(works.map(({ handle }) => handle))]);
    for (const work of works) households.set(work.handle, taken(households.get(work.handle), work));
    const head = await this.ledger.lock(tx);
    const obligations = await this.obligationsOf(tx, households);
    const purse = await this.purse(tx, households);
    for (const { rail, handle } of works) {
      if (rail !== undefined) settleInto(purse, obligations, { rail, household: households.get(handle) });
    }
    const turns = new Set(works.flatMap(({ turns: given = [] }) => given));
    for (const household of households.values()) this.planInto(purse, obligations, { household, turns });
    await this.commit(unit, { head, purse, stubs: works.map(({ stubs }) => stubs) });
    this.say(unit, households, obligations);
    await this.households.save(tx, households);
    await this.linkNew(tx, households, purse);
  }

  private async obligationsOf(
    tx: UnitOfWork<'payments'>['tx'],
    households: ReadonlyMap<string, HouseholdRecord>,
  ): Promise<Map<string, Obligation>> {
    const grants = [...households.values()].flatMap(({ state }) => state.grants);
    const known = await this.ledger.obligations(
      tx,
      grants.map(({ obligation }) => obligation),
    );
    return new Map(
      grants.map((grant) => {
        const { obligation: id, kind, amountCents, needs, tier, serviceArea } = grant;
        const fresh: Obligation = {
          id,
          kind,
          amountCents,
          needs,
          tier,
          serviceArea,
          status: 'open',
          fund: undefined,
          slots: [],
        };
        return [id, known.get(id) ?? fresh];
      }),
    );
  }

  private async purse(
    tx: UnitOfWork<'payments'>['tx'],
    households: ReadonlyMap<string, HouseholdRecord>,
  ): Promise<Purse> {
    const now = this.runtime.clock.now();
    const { grants, release } = this.runtime.profile;
    const { funds, waitingTier } = await this.ledger.view(tx, {
      weekStart: weekStart(now),
      rapidPercent: grants.rapid?.capPercentPerWeek ?? 0,
    });
    const sites = [...new Set([...households.values()].map(({ state }) => siteOf(state) ?? NO_SITE))];
    const used = await this.ledger.siteHour(tx, sites, hourOf(now));
    const cap = release.automaticRapid?.capPerSitePerHourCents ?? 0n;
    return {
      funds: [...funds],
      siteLeft: new Map(sites.map((site) => [site, cap - (used.get(site) ?? 0n)])),
      waitingTier,
      postings: [],
      rapid: [],
      released: [],
      changed: new Map(),
    };
  }

  /** Plans every obligation of a household against what is left, and takes from it what was promised. */
  private planInto(
    purse: Purse,
    obligations: Map<string, Obligation>,
    { household, turns }: { readonly household: HouseholdRecord; readonly turns: ReadonlySet<string> },
  ): void {
    const { state } = household;
    const site = siteOf(state) ?? NO_SITE;
    for (const { obligation: id, isCancelled } of state.grants) {
      const obligation = obligations.get(id);
      if (obligation === undefined) continue;
      const money: MoneyView = {
        funds: purse.funds,
        siteLeftCents: purse.siteLeft.get(site) ?? 0n,
        waitingTier: purse.waitingTier,
      };
      const planned = plan({ household: state, obligation, isCancelled, isItsTurn: turns.has(id), money }, this.policy);
      if (planned.obligation !== obligation) purse.changed.set(id, planned.obligation);
      // A new obligation is written even when nothing could be done for it yet.
      else if (obligation.status === 'open' && !isCancelled) purse.changed.set(id, obligation);
      obligations.set(id, planned.obligation);
      takePostings(purse, planned.postings);
      if (planned.rapidCents > 0n) takeRapid(purse, planned.obligation.fund ?? '', planned.rapidCents);
      if (planned.releasedCents > 0n) {
        purse.released.push({ site, cents: planned.releasedCents });
        purse.siteLeft.set(site, (purse.siteLeft.get(site) ?? 0n) - planned.releasedCents);
      }
    }
  }

  private async commit(
    { tx }: UnitOfWork<'payments'>,
    change: {
      readonly head: ChainLink;
      readonly purse: Purse;
      readonly stubs: readonly (ReadonlyMap<string, object> | undefined)[];
    },
  ): Promise<void> {
    const { head, purse, stubs } = change;
    if (purse.changed.size === 0 && purse.postings.length === 0) return;
    const stubOf = new Map(stubs.flatMap((map) => [...(map ?? [])]));
    await this.ledger.write(tx, head, {
      obligations: [...purse.changed.values()].map((obligation) => ({ obligation, stub: stubOf.get(obligation.id) })),
      postings: purse.postings,
      rapid: purse.rapid,
      released: purse.released,
    });
  }

  private say(
    unit: UnitOfWork<'payments'>,
    households: Map<string, HouseholdRecord>,
    obligations: ReadonlyMap<string, Obligation>,
  ): void {
    const now = this.runtime.clock.now();
    for (const [handle, { state, keys }] of households) {
      const reported = report(state, obligations, now.getTime());
      households.set(handle, { state: reported.state, keys });
      unit.say(...messagesFor(reported.events, keys, { today: dayOf(now), boxDays: BOX_DAYS }));
    }
  }

  private async linkNew(
    tx: UnitOfWork<'payments'>['tx'],
    households: ReadonlyMap<string, HouseholdRecord>,
    { changed }: Purse,
  ): Promise<void> {
    const links = [...households].flatMap(([handle, { state }]) =>
      state.grants
        .filter(({ obligation }) => changed.has(obligation))
        .map(({ obligation }) => ({ obligation, handle })),
    );
    await this.households.link(tx, links);
  }
}

function taken(before: HouseholdRecord | undefined, { commands, keys }: Work): HouseholdRecord {
  if (before === undefined) throw new Error('every household was loaded');
  return { state: commands.reduce(evolve, before.state), keys: before.keys ?? keys };
}

function settleInto(
  purse: Purse,
  obligations: Map<string, Obligation>,
  { rail, household }: { readonly rail: NonNullable<Work['rail']>; readonly household: HouseholdRecord | undefined },
): void {
  const obligation = obligations.get(rail.obligation);
  if (obligation === undefined) return;
  const grant = household?.state.grants.find((each) => each.obligation === rail.obligation);
  const settled = settle(obligation, rail.name, { outcome: rail.outcome, isCancelled: grant?.isCancelled ?? false });
  if (settled.obligation === obligation) return;
  obligations.set(rail.obligation, settled.obligation);
  purse.changed.set(rail.obligation, settled.obligation);
  takePostings(purse, settled.postings);
}

function takePostings(purse: Purse, postings: readonly Posting[]): void {
  for (const posting of postings) {
    purse.postings.push(posting);
    const change =
      posting.to === 'available' ? posting.amountCents : posting.from === 'available' ? -posting.amountCents : 0n;
    if (change === 0n) continue;
    purse.funds = purse.funds.map((fund) =>
      fund.code === posting.fund ? { ...fund, availableCents: fund.availableCents + change } : fund,
    );
  }
}

function takeRapid(purse: Purse, code: string, cents: bigint): void {
  purse.rapid.push({ fund: code, cents });
  purse.funds = purse.funds.map((fund) =>
    fund.code === code ? { ...fund, rapidLeftCents: fund.rapidLeftCents - cents } : fund,
  );
}
