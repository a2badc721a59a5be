import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#libs/bus';
import { dayOf, startOfHour } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { CityProfile, Clock } from '#libs/service';
import { bookingOf, type BookingTerms } from './domain/booking.js';
import { mondayOf } from './domain/calendar.js';
import { lapseOf, passDay } from './domain/clocks.js';
import { evolve, siteOf, type HouseholdCommand } from './domain/household.js';
import { changeOf, rapidLeftOf, type LedgerView } from './domain/ledger.js';
import { report } from './domain/message.js';
import type { Obligation } from './domain/obligation.js';
import { fundsAwaited, plan, type PaymentPolicy, type PlanInput } from './domain/plan.js';
import { Purse } from './domain/purse.js';
import type { RailOutcome } from './domain/rail.js';
import { settle, settleByPeople, type PeoplesEnd, type SlotName } from './domain/settle.js';
import { HouseholdStore, type EndedGrant, type HouseholdKeys, type HouseholdRecord } from './household.store.js';
import { AnchorService, ChainRepository, LedgerRepository } from './ledger/index.js';
import { messagesFor, sealCode } from './outgoing.js';
import { Pseudonyms } from './pseudonyms.js';

/** Something that has happened to one household, from a message, a rail, or the waiting list. */
export interface Work {
  readonly handle: string;
  readonly commands: readonly HouseholdCommand[];
  /** Of the message, days since 1970-01-01; what no message brought does not make a household any younger. */
  readonly day?: number;
  readonly keys?: HouseholdKeys;
  readonly stubs?: ReadonlyMap<string, object>;
  readonly rail?: RailWork;
  /** Obligations whose turn on the waiting list it is, in its order. */
  readonly turns?: readonly string[];
}

interface RailWork {
  readonly obligation: string;
  readonly name: SlotName;
  readonly outcome: RailOutcome | PeoplesEnd;
}

const RAIL_WAYS = ['CASH'];

/** What one batch works on. */
interface Sitting {
  readonly households: Map<string, HouseholdRecord>;
  readonly obligations: Map<string, Obligation>;
  /** Obligations that the books do not know yet. */
  readonly fresh: ReadonlySet<string>;
  readonly purse: Purse;
  /** The books were restored not long ago. */
  readonly isCareful: boolean;
}

/** Takes work about households into records and books, in one transaction, and says what follows from it. */
@Injectable()
export class PaymentDesk {
  private readonly policy: PaymentPolicy;

  constructor(
    private readonly households: HouseholdStore,
    private readonly chain: ChainRepository,
    private readonly ledger: LedgerRepository,
    private readonly anchor: AnchorService,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {
    const { grants, release } = city.profile;
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
    const head = await this.chain.lock(tx);
    const { hold, isCareful } = await this.anchor.standing(tx);
    const sitting = { ...(await this.sit(tx, households)), isCareful };
    if (hold === undefined) {
      for (const { handle, rail } of works) if (rail !== undefined) this.settleInto(sitting, handle, rail);
      for (const [handle, record] of households) {
        const state = passDay(record.state, sitting.obligations, this.today, this.households.clocks);
        households.set(handle, { ...record, state });
      }
      this.planAll(sitting, new Set(works.flatMap(({ turns = [] }) => turns)));
    } else {
      // What came is kept; what follows from it is planned when people have found out what was done before.
      for (const id of sitting.fresh) sitting.purse.note(sitting.obligations.get(id) as Obligation);
    }
    const { purse, fresh } = sitting;
    const stubs = new Map(works.flatMap((work) => [...(work.stubs ?? [])]));
    await this.ledger.write(tx, bookingOf(head, purse.change(stubs), this.terms));
    if (hold === undefined) await this.households.end(tx, this.say(unit, sitting));
    await this.households.link(tx, linksOf(households, fresh));
    await this.households.save(tx, households);
  }

  /** The largest rapid grant that the week still has room for, in any fund. */
  async rapidLeftCents(tx: Tx): Promise<bigint> {
    return rapidLeftOf((await this.viewOf(tx)).funds);
  }

  private async viewOf(tx: Tx): Promise<LedgerView> {
    const percent = this.city.profile.grants.rapid?.capPercentPerWeek ?? 0;
    const funds = await this.ledger.funds(tx, { monday: mondayOf(this.today), percent });
    return { funds, waitingTier: await this.ledger.waitingTier(tx, rapidLeftOf(funds)) };
  }

  private get terms(): BookingTerms {
    const isDrawn = this.city.profile.selection === 'random-within-tier';
    return { nowMs: this.clock.now().getTime(), isDrawn, ids: this.pseudonyms };
  }

  private get today(): number {
    return this.households.today;
  }

  /** How an instrument ended that only people could settle; whoever it was for may have been forgotten meanwhile. */
  async settle(
    unit: UnitOfWork<'payments'>,
    { obligation, name, end }: { readonly obligation: string; readonly name: SlotName; readonly end: PeoplesEnd },
  ): Promise<void> {
    const { tx } = unit;
    const handle = (await this.linked(tx, [obligation])).get(obligation);
    if (handle !== undefined)
      return this.take([{ handle, commands: [], rail: { obligation, name, outcome: end } }], unit);
    const head = await this.chain.lock(tx);
    const found = (await this.ledger.obligations(tx, [obligation])).get(obligation);
    if (found === undefined) return;
    // Nobody is left to whom another instrument could be given.
    const settled = settleByPeople(found, name, { end, isEnding: true });
    const change = changeOf([settled.obligation], settled.postings);
    await this.ledger.write(tx, bookingOf(head, change, this.terms));
  }

  /** Which households these obligations belong to. */
  linked(tx: Tx, obligations: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.households.linked(tx, obligations);
  }

  private async sit(tx: Tx, households: Map<string, HouseholdRecord>): Promise<Omit<Sitting, 'isCareful'>> {
    const grants = [...households.values()].flatMap(({ state }) => state.grants);
    const known = await this.ledger.obligations(
      tx,
      grants.map(({ obligation }) => obligation),
    );
    const obligations = new Map(
      grants.map((grant) => {
        const { obligation: id, kind, amountCents, needs, tier, serviceArea } = grant;
        const promised = { id, kind, amountCents, needs, tier, serviceArea };
        const open: Obligation = { ...promised, status: 'open', fund: undefined, slots: [] };
        return [id, known.get(id) ?? open];
      }),
    );
    const fresh = new Set([...obligations.keys()].filter((id) => !known.has(id)));
    return { households, obligations, fresh, purse: await this.purse(tx, households) };
  }

  private async purse(tx: Tx, households: ReadonlyMap<string, HouseholdRecord>): Promise<Purse> {
    const sites = [...new Set([...households.values()].map(({ state }) => siteOf(state)))];
    const used = await this.ledger.siteHour(tx, sites, startOfHour(this.clock.now()));
    const cap = this.city.profile.release.automaticRapid?.capPerSitePerHourCents ?? 0n;
    const view = await this.viewOf(tx);
    return new Purse(view, new Map(sites.map((site) => [site, cap - (used.get(site) ?? 0n)])));
  }

  /** Plans every obligation against what is left, first those whose turn it is, in the order of the list. */
  private planAll({ households, obligations, fresh, purse, isCareful }: Sitting, turns: ReadonlySet<string>): void {
    const grants = [...households.values()].flatMap(({ state }) => state.grants.map((grant) => ({ ...grant, state })));
    const place = new Map([...turns].map((id, at) => [id, at]));
    const placeOf = (id: string): number => place.get(id) ?? turns.size;
    const inOrder = grants.toSorted((a, b) => placeOf(a.obligation) - placeOf(b.obligation));
    for (const grant of inOrder) {
      const { obligation: id, isCancelled, state } = grant;
      const obligation = obligations.get(id);
      if (obligation === undefined) continue;
      const isItsTurn = turns.has(id);
      const site = siteOf(state);
      const input: PlanInput = {
        household: state,
        obligation,
        isCancelled,
        lapse: lapseOf(grant, this.today, this.households.clocks),
        isItsTurn,
        money: purse.view(site),
        isCareful,
      };
      const planned = plan(input, this.policy);
      obligations.set(id, planned.obligation);
      // A new obligation is written even when nothing could be done for it yet.
      if (planned.obligation !== obligation || fresh.has(id)) purse.note(planned.obligation);
      purse.take(planned, site);
      purse.keepFor(fundsAwaited({ ...input, obligation: planned.obligation }));
    }
  }

  /** What the rail said counts for the books and for the household's box together, or for neither. */
  private settleInto({ households, obligations, purse }: Sitting, handle: string, rail: RailWork): void {
    const obligation = obligations.get(rail.obligation);
    const household = households.get(handle);
    if (obligation === undefined || household === undefined) return;
    const { name } = rail;
    // Without the household's key nobody can be told the code: the partner is asked for it again.
    const outcome = isUntellable(household, rail) ? ({ type: 'unknown' } as const) : rail.outcome;
    const grant = household.state.grants.find((each) => each.obligation === rail.obligation);
    const isEnding = grant === undefined || grant.isCancelled || grant.lapsed !== undefined;
    const settled =
      typeof outcome === 'string'
        ? settleByPeople(obligation, name, { end: outcome, isEnding })
        : settle(obligation, name, { outcome, isEnding });
    if (settled.obligation === obligation) return;
    obligations.set(rail.obligation, settled.obligation);
    purse.note(settled.obligation);
    purse.post(settled.postings);
    const command = commandFor(household, settled.obligation, rail, this.today);
    if (command !== undefined) households.set(handle, { ...household, state: evolve(household.state, command) });
  }

  /** Says what has changed. @returns the grants that have ended with it */
  private say(unit: UnitOfWork<'payments'>, { households, obligations }: Sitting): readonly EndedGrant[] {
    const now = this.clock.now();
    const { waitDays, reopenDays, appealDays } = this.households.clocks;
    const ends: EndedGrant[] = [];
    for (const [handle, { state, keys }] of households) {
      // What it was told before the books were restored holds until it is known what has become of it.
      if (state.grants.some(({ obligation }) => isAskedAbout(obligations.get(obligation)))) continue;
      const reported = report(state, obligations, now.getTime());
      const had = new Set(state.grants.filter(({ ended }) => ended !== undefined).map(({ grant }) => grant));
      for (const { grant, obligation, ended } of reported.state.grants) {
        // Who withdraws takes back what else was still kept for a while.
        if (ended === undefined || (had.has(grant) && !state.isWithdrawn)) continue;
        ends.push({ grant, obligation, handle, isPaid: ended.how === 'paid', isWithdrawn: state.isWithdrawn });
      }
      households.set(handle, { state: reported.state, keys });
      const boxDays = waitDays + reopenDays + appealDays;
      unit.publish(...messagesFor(reported.events, keys, { today: dayOf(now), boxDays }));
    }
    return ends;
  }
}

/** It may have been sent before the books were restored, and the rail has not said yet. */
function isAskedAbout(obligation: Obligation | undefined): boolean {
  return (
    obligation?.slots.some(({ state, isCareful }) => isCareful && (state === 'intended' || state === 'unknown')) ??
    false
  );
}

function taken(before: HouseholdRecord | undefined, { commands, keys, day = 0 }: Work): HouseholdRecord {
  if (before === undefined) throw new Error('every household was loaded');
  const state = commands.reduce(evolve, before.state);
  return { state: { ...state, lastDay: Math.max(state.lastDay, day) }, keys: before.keys ?? keys };
}

function isUntellable({ keys }: HouseholdRecord, { outcome }: RailWork): boolean {
  return typeof outcome !== 'string' && outcome.type === 'issued' && keys === undefined;
}

function commandFor(
  { keys }: HouseholdRecord,
  { id, slots }: Obligation,
  { outcome, name }: RailWork,
  day: number,
): HouseholdCommand | undefined {
  if (typeof outcome === 'string') return undefined;
  const slot = slots.find((each) => each.slot === name.slot && each.generation === name.generation);
  if (slot === undefined) return undefined;
  const { way, amountCents } = slot;
  if (outcome.type === 'collected' || outcome.type === 'contradiction') {
    return { type: 'item-gone', obligation: id, slot: name.slot };
  }
  if (outcome.type !== 'issued' || keys === undefined) return undefined;
  const sealedCode = sealCode(keys, { way, amountCents, code: outcome.code });
  return { type: 'item-ready', item: { obligation: id, slot: name.slot, way, amountCents, sealedCode, day } };
}

function linksOf(
  households: ReadonlyMap<string, HouseholdRecord>,
  fresh: ReadonlySet<string>,
): { readonly obligation: string; readonly handle: string }[] {
  return [...households].flatMap(([handle, { state }]) =>
    state.grants
      .filter(({ obligation, ended }) => fresh.has(obligation) && ended === undefined)
      .map(({ obligation }) => ({ obligation, handle })),
  );
}
