import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#libs/bus';
import { dayNumbered } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { CityProfile, Clock } from '#libs/service';
import { dayNumberOf, hourOf, mondayOf } from '../domain/calendar.js';
import { isAtRest, lastDaysOf, type LastDays } from '../domain/clocks.js';
import { disburse, type BooksOfBatch } from '../domain/disburse.js';
import { newHousehold, siteOf, type GrantOfHousehold, type HouseholdCommand } from '../domain/household.js';
import { changeOf, rapidLeftOf, type LedgerView } from '../domain/ledger.js';
import { applyWithoutHousehold, type DisputeResolution, type InstrumentName } from '../domain/rail-outcome.js';
import { keptOf, withCommands, type ToldKeys, type HouseholdRecord, type RailWork, type Work } from '../domain/work.js';
import { AnchorService, BookingService, LedgerRepository } from '../ledger/index.js';
import { GrantPseudonyms } from '../pseudonyms.js';
import type { RailOutcomes } from '../rails/index.js';
import { HouseholdRepository } from './household.repository.js';
import { messagesFor } from './outgoing.js';
import { RulesService } from './rules.service.js';

/** A signed message of a household. */
export interface Signed {
  readonly householdRef: string;
  readonly day: number;
  readonly command: HouseholdCommand;
  /** How to answer the household, if the message says it. */
  readonly keys: ToldKeys | undefined;
}

/** A grant to pay. */
export interface Award {
  readonly householdRef: string;
  /** Eligibility's name for the case that was decided, base64url. */
  readonly caseRef: string;
  readonly grant: Pick<GrantOfHousehold, 'grant' | 'kind' | 'amountCents' | 'needs' | 'tier' | 'serviceArea' | 'day'>;
  readonly decisionTrace: object;
}

/** Applies events of households to records and ledger, in one transaction, and publishes the results. */
@Injectable()
export class DisbursementService implements RailOutcomes {
  constructor(
    private readonly households: HouseholdRepository,
    private readonly ledger: LedgerRepository,
    private readonly booking: BookingService,
    private readonly anchor: AnchorService,
    private readonly pseudonyms: GrantPseudonyms,
    private readonly rules: RulesService,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  tell(signed: readonly Signed[], unit: UnitOfWork<'payments'>): Promise<void> {
    const works = signed.map(({ householdRef, day, command, keys }): Work => {
      const work = { householdRef, day, commands: [command] };
      if (keys === undefined) return work;
      const { pickupCode, ...others } = keys;
      return { ...work, keys: { ...others, pickup: this.pseudonyms.pickupOf(pickupCode) } };
    });
    return this.apply(works, unit);
  }

  /** Makes one obligation for each grant, however often and in whatever order the grant arrives. */
  async award(awards: readonly Award[], unit: UnitOfWork<'payments'>): Promise<void> {
    const index = await this.households.grants(
      unit.tx,
      awards.map(({ grant }) => grant.grant),
    );
    // The cancellation may arrive first, and it is final.
    const isCancelled = (grant: string): boolean => index.get(grant)?.isCancelled ?? false;
    await this.households.saveGrants(
      unit.tx,
      new Map(
        awards.map(({ grant: { grant }, householdRef }) => [grant, { householdRef, isCancelled: isCancelled(grant) }]),
      ),
      this.lastDays,
    );
    const works = awards.map(({ householdRef, caseRef, grant, decisionTrace }): Work => {
      const obligation = this.pseudonyms.obligationOf(grant.grant);
      const command = {
        type: 'award',
        caseRef,
        grant: { ...grant, obligation },
        isCancelled: isCancelled(grant.grant),
      } as const;
      return {
        householdRef,
        day: grant.day,
        decisionTraces: new Map([[obligation, decisionTrace]]),
        commands: [command],
      };
    });
    await this.apply(works, unit);
  }

  /** Returns reserved money that was not sent. A cancellation is final, even if the grant arrives later. */
  async cancel(
    cancelled: readonly { readonly grant: string; readonly day: number }[],
    unit: UnitOfWork<'payments'>,
  ): Promise<void> {
    const grants = cancelled.map(({ grant }) => grant);
    const index = await this.households.grants(unit.tx, grants);
    await this.households.saveGrants(
      unit.tx,
      new Map(grants.map((grant) => [grant, { householdRef: index.get(grant)?.householdRef, isCancelled: true }])),
      this.lastDays,
    );
    const works = cancelled.flatMap(({ grant, day }): Work[] => {
      const householdRef = index.get(grant)?.householdRef;
      return householdRef === undefined ? [] : [{ householdRef, day, commands: [{ type: 'cancel', grant }] }];
    });
    await this.apply(works, unit);
  }

  async applyRailOutcomes(outcomes: readonly RailWork[], unit: UnitOfWork<'payments'>): Promise<void> {
    const householdRefs = await this.linked(outcomes, unit.tx);
    const works = outcomes.flatMap((rail): Work[] => {
      const householdRef = householdRefs.get(rail.obligation);
      return householdRef === undefined ? [] : [{ householdRef, commands: [], rail }];
    });
    await this.apply(works, unit);
  }

  /** Applies the resolution of two people. The link to the household may be gone by then. */
  async resolveDispute(
    {
      obligation,
      name,
      resolution,
    }: { readonly obligation: string; readonly name: InstrumentName; readonly resolution: DisputeResolution },
    unit: UnitOfWork<'payments'>,
  ): Promise<void> {
    const rail = { obligation, name, outcome: resolution };
    const householdRef = (await this.linked([rail], unit.tx)).get(obligation);
    if (householdRef === undefined) return this.applyToLedger(rail, unit);
    await this.apply([{ householdRef, commands: [], rail }], unit);
  }

  /**
   * Applies an outcome to the ledger alone, because the household was forgotten or its own data fail. Without it nobody
   * can be told a code or receive another instrument, so such an outcome makes the instrument disputed.
   */
  async applyToLedger({ obligation, name, outcome }: RailWork, { tx }: UnitOfWork<'payments'>): Promise<void> {
    const head = await this.ledger.lock(tx);
    if ((await this.anchor.status(tx)).freeze !== undefined) return;
    const found = (await this.ledger.obligations(tx, [obligation])).get(obligation);
    if (found === undefined) return;
    const applied = applyWithoutHousehold(found, name, outcome);
    if (applied.obligation === found) return;
    await this.booking.book(tx, head, changeOf([applied.obligation], applied.postings));
  }

  /** Plans these obligations again. Those that are next in line on the waiting list come first, in its order. */
  async tryAgain(
    { nextInLine, others }: { readonly nextInLine: readonly string[]; readonly others: readonly string[] },
    unit: UnitOfWork<'payments'>,
  ): Promise<void> {
    const all = [...nextInLine, ...others];
    const householdRefs = await this.households.linked(unit.tx, all);
    const works = all.flatMap((obligation): Work[] => {
      const householdRef = householdRefs.get(obligation);
      return householdRef === undefined
        ? []
        : [{ householdRef, commands: [], nextInLine: nextInLine.includes(obligation) ? [obligation] : [] }];
    });
    await this.apply(works, unit);
  }

  /** Checks the clocks of these households, and again each day until nothing more can happen. */
  async passDay(due: readonly string[], unit: UnitOfWork<'payments'>): Promise<void> {
    await this.households.endUnseen(unit.tx, due);
    // A household that was forgotten meanwhile has no clock.
    const known = await this.households.load(unit.tx, due);
    const householdRefs = due.filter((householdRef) => known.has(householdRef));
    await this.apply(
      householdRefs.map((householdRef) => ({ householdRef, commands: [] })),
      unit,
    );
    const after = await this.households.load(unit.tx, householdRefs);
    const isResting = (householdRef: string): boolean => isAtRest(after.get(householdRef)?.state ?? newHousehold);
    await this.households.sleep(unit.tx, {
      resting: householdRefs.filter(isResting),
      waking: householdRefs.filter((householdRef) => !isResting(householdRef)),
      ...this.nextWake,
    });
  }

  /** Looks at a household again on the next day, because its own data fail. */
  passDayLater(householdRef: string, { tx }: UnitOfWork<'payments'>): Promise<void> {
    return this.households.wakeLater(tx, householdRef, this.nextWake);
  }

  private get nextWake(): { readonly nextDay: number; readonly until: number } {
    return { nextDay: this.today + 1, until: this.lastDays.longest };
  }

  /** The largest rapid grant for which the week has room, in any fund. */
  async rapidLeftCents(tx: Tx): Promise<bigint> {
    return rapidLeftOf((await this.viewOf(tx)).funds);
  }

  async apply(works: readonly Work[], unit: UnitOfWork<'payments'>): Promise<void> {
    if (works.length === 0) return;
    const { tx } = unit;
    const before = await this.households.load(tx, [...new Set(works.map(({ householdRef }) => householdRef))]);
    const households = withCommands(before, works);
    const head = await this.ledger.lock(tx);
    const { freeze, inquireFirst } = await this.anchor.status(tx);
    const books = await this.booksOf(tx, households);
    const rules = await this.rules.now(tx);
    const done = disburse(
      { works, households, books, isFrozen: freeze !== undefined, inquireFirst: inquireFirst },
      rules,
    );
    await this.booking.book(tx, head, done.change, this.railNamesOf(done.households));
    await this.households.end(tx, done.ends, this.lastDays);
    for (const report of done.reports) unit.publish(...messagesFor(report, this.outgoing));
    await this.households.link(tx, done.links, {
      until: this.lastDays.longest,
      wakeDay: rules.agingDay + this.city.clocks.waitDays,
    });
    await this.households.waitForPresence(tx, done.unseen, {
      until: this.lastDays.longest,
      wakeDay: rules.agingDay + this.city.clocks.waitDays,
    });
    await this.households.save(
      tx,
      new Map([...done.households].map(([householdRef, record]) => [householdRef, keptOf(record)])),
    );
  }

  private railNamesOf(households: ReadonlyMap<string, HouseholdRecord>): ReadonlyMap<string, string> {
    const grants = [...households.values()].flatMap(({ state }) => state.grants);
    return new Map(grants.map(({ grant, obligation }) => [obligation, this.pseudonyms.railNameOf(grant)]));
  }

  private linked(outcomes: readonly RailWork[], tx: Tx): Promise<ReadonlyMap<string, string>> {
    return this.households.linked(
      tx,
      outcomes.map(({ obligation }) => obligation),
    );
  }

  private async booksOf(tx: Tx, households: ReadonlyMap<string, HouseholdRecord>): Promise<BooksOfBatch> {
    const states = [...households.values()].map(({ state }) => state);
    const grants = states.flatMap((state) => state.grants);
    const obligations = await this.ledger.obligations(
      tx,
      grants.map(({ obligation }) => obligation),
    );
    const sites = [...new Set(states.map(siteOf))];
    const used = await this.ledger.siteHour(tx, sites, new Date(hourOf(this.clock.now().getTime())));
    const cap = this.city.profile.release.automaticRapid?.capPerSitePerHourCents ?? 0n;
    const siteLeft = new Map(sites.map((site) => [site, cap - (used.get(site) ?? 0n)]));
    return { obligations, view: await this.viewOf(tx), siteLeft };
  }

  private async viewOf(tx: Tx): Promise<LedgerView> {
    const percent = this.city.profile.grants.rapid?.capPercentPerWeek ?? 0;
    const funds = await this.ledger.funds(tx, { monday: mondayOf(this.today), percent });
    return { funds, waitingTier: await this.ledger.waitingTier(tx, rapidLeftOf(funds)) };
  }

  private get outgoing(): { readonly today: string; readonly boxDays: number } {
    const { waitDays, reopenDays, appealDays } = this.city.clocks;
    return { today: dayNumbered(this.today), boxDays: waitDays + reopenDays + appealDays };
  }

  private get lastDays(): LastDays {
    return lastDaysOf(this.today, this.city.clocks);
  }

  private get nowMs(): number {
    return this.clock.now().getTime();
  }

  private get today(): number {
    return dayNumberOf(this.nowMs);
  }
}
