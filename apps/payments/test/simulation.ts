import { DAY_MS, HOUR_MS } from '#libs/contracts';
import { forgotten, lapseOf, passDay } from '../src/domain/clocks.js';
import { apply, newHousehold, type HouseholdState } from '../src/domain/household.js';
import { report, type HouseholdEvent } from '../src/domain/message.js';
import type { Obligation, Instrument } from '../src/domain/obligation.js';
import { plan } from '../src/domain/plan.js';
import type { PaymentPolicy } from '../src/domain/planning.js';
import { fundsAwaited } from '../src/domain/promise.js';
import { callFor, outcomeOf } from '../src/domain/rail.js';
import { applyRailOutcome } from '../src/domain/rail-outcome.js';
import {
  checkFigures,
  checkGenerations,
  checkObligation,
  checkPartner,
  INSTRUMENT_CENTS,
  isTrue,
  nameOf,
  referenceOf,
} from './simulation-checks.js';
import { HOUSEHOLDS, type Line, type Operation } from './operations.js';
import { SimulatedMoney } from './simulated-money.js';
import { SimulatedPartner } from './simulated-partner.js';
import { clocks } from './clocks.js';

const POLICY: PaymentPolicy = {
  perInstrumentCents: INSTRUMENT_CENTS,
  isRapidAutomatic: true,
  railPayoutMethods: ['CASH'],
};

/** Plays stores, worker and partner. Its assertions must hold for all of them. */
export class City {
  private readonly money = new SimulatedMoney();
  private readonly partner = new SimulatedPartner();
  private readonly households: HouseholdState[] = Array.from({ length: HOUSEHOLDS }, () => newHousehold);
  private readonly obligations = new Map<string, Obligation>();
  private readonly cancelledFirst = new Set<string>();
  private nowMs = 1_000;
  private readonly versions: number[] = Array.from({ length: HOUSEHOLDS }, () => 0);
  private readonly closedTold = new Set<string>();

  step(operation: Operation): void {
    if (operation.type === 'hour') this.nowMs += HOUR_MS; // otherwise often within the same millisecond
    switch (operation.type) {
      case 'payout': {
        const { payoutMethod: chosen, isPresent } = operation;
        const payout = { payoutMethod: chosen, site: isPresent ? 'S-1' : undefined };
        return this.tell(operation.who, (state) => apply(state, { type: 'choose-payout', payout, isPresent }));
      }
      case 'grant':
        return this.award(operation);
      case 'cancel': {
        const grant = nameOf(operation.who, operation.kind);
        this.cancelledFirst.add(grant);
        return this.tell(operation.who, (state) => apply(state, { type: 'cancel', grant }));
      }
      case 'change':
        return this.tell(operation.who, (state) =>
          apply(state, {
            type: 'change-payout',
            n: operation.n,
            payoutMethod: operation.payoutMethod,
            isWhole: operation.isWhole,
            isPresent: operation.isPresent,
            site: 'S-1',
          }),
        );
      case 'presence':
        return this.tell(operation.who, (state) =>
          apply(state, { type: 'confirm-presence', n: operation.n, site: 'S-1' }),
        );
      case 'withdraw':
        return this.tell(operation.who, (state) => apply(state, { type: 'withdraw', n: operation.n }));
      case 'days':
        this.nowMs += operation.days * DAY_MS;
        this.money.passWeek();
        return this.tellAll();
      case 'release':
        return this.release(nameOf(operation.who, operation.kind));
      case 'send':
        return this.runRailRound(operation.who, nameOf(operation.who, operation.kind), operation.line);
      case 'collect':
        return this.partner.collect((this.households[operation.who]?.items ?? []).map(({ sealedCode }) => sealedCode));
      case 'retry':
        return this.retryWaitingList();
      case 'hour':
        this.money.passHour();
        return this.tellAll();
      case 'late-post':
        return this.partner.postLate();
    }
  }

  /** A partner without faults, hour after hour. */
  settleAll(): void {
    for (let round = 0; round < 12; round += 1) {
      this.partner.postLate();
      for (let at = 0; at < HOUSEHOLDS; at += 1) {
        for (const each of ['rapid', 'standard'] as const) {
          for (let instrument = 0; instrument < 4; instrument += 1) this.runRailRound(at, nameOf(at, each), 'whole');
        }
      }
      this.step({ type: 'hour' });
    }
  }

  check(): void {
    this.money.check();
    const states = [...this.obligations.values()];
    checkFigures(states, (of) => this.money.total(of));
    for (const obligation of states) checkObligation(obligation);
    checkPartner(this.partner.all());
    for (const state of this.households) {
      if (state.payout !== undefined && !state.isPresent) this.checkUnseen(state);
    }
  }

  /** M8: when nothing more happens, nothing is under way. Contradictions wait for people. */
  checkQuiet(): void {
    for (const { instruments, status } of this.obligations.values()) {
      for (const { state } of instruments)
        isTrue(state !== 'intended' && state !== 'unknown', 'everything has settled');
      if (status === 'closed')
        isTrue(
          instruments.every(({ state }) => state === 'void' || state === 'collected'),
          'closed is over',
        );
    }
    // M3
    for (const obligation of this.obligations.values()) {
      for (const instrument of obligation.instruments) {
        const payment = this.partner.of(referenceOf(obligation.id, instrument));
        if (instrument.state === 'issued')
          isTrue(payment?.state === 'issued' || payment?.state === 'collected', 'both books say issued');
        if (instrument.state === 'collected') isTrue(payment?.state === 'collected', 'both books say collected');
        if (instrument.state === 'void')
          isTrue(payment === undefined || payment.state === 'void', 'both books say void');
      }
    }
  }

  private checkUnseen({ grants, items }: HouseholdState): void {
    isTrue(items.length === 0, 'nobody unseen has a code');
    for (const { obligation } of grants) {
      const state = this.obligations.get(obligation)?.status;
      isTrue(state === 'open' || state === 'closed', 'nothing is kept for a household that nobody has seen');
    }
  }

  private award({ who: at, kind: of, cents, tier }: Extract<Operation, { type: 'grant' }>): void {
    const grant = nameOf(at, of);
    if (this.obligations.has(grant)) return;
    const promised = { kind: of, amountCents: BigInt(cents), needs: ['FOD'], tier, serviceArea: 'East' };
    this.obligations.set(grant, { ...promised, id: grant, status: 'open', fund: undefined, instruments: [] });
    const isCancelled = this.cancelledFirst.has(grant);
    this.tell(at, (state) =>
      apply(state, {
        type: 'award',
        caseRef: 'case',
        grant: { ...promised, grant, obligation: grant, day: this.today },
        isCancelled,
      }),
    );
  }

  private release(id: string): void {
    const obligation = this.obligations.get(id);
    if (obligation === undefined) return;
    for (const instrument of obligation.instruments) {
      if (instrument.state !== 'waiting-release' || instrument.payoutMethod !== 'CASH' || obligation.kind === 'rapid')
        continue;
      this.replace(id, instrument, { state: 'intended', isClaimed: false });
      this.money.post([
        {
          fund: obligation.fund ?? '',
          from: 'reserved',
          to: 'in-flight',
          amountCents: instrument.amountCents,
          obligation: id,
        },
      ]);
    }
  }

  private runRailRound(at: number, id: string, how: Line): void {
    const obligation = this.obligations.get(id);
    const instrument =
      obligation?.instruments.find(
        (each) => callFor({ ...each, isSecretLost: false }) !== undefined && each.state !== 'issued',
      ) ?? obligation?.instruments.find(({ state }) => state === 'issued');
    if (obligation === undefined || instrument === undefined) return;
    const call = callFor(instrument);
    if (call === undefined) return;
    isTrue(instrument.state !== 'unknown' || call !== 'issue', 'from unknown nothing is issued (M6)');
    this.replace(id, instrument, { isClaimed: true });
    const reference = referenceOf(id, instrument);
    const { amountCents, state, inquireFirst } = instrument;
    const reply = this.partner.ask(call, { reference, amountCents, instrument: `${id}/${instrument.number}` }, how);
    if (how === 'crash') return;
    const outcome = outcomeOf({ call, state, inquireFirst: inquireFirst, reference, amountCents }, reply);
    const grant = this.households[at]?.grants.find((each) => each.obligation === id);
    const isEnding = grant === undefined || grant.isCancelled || grant.lapsed !== undefined;
    const before = this.obligations.get(id) as Obligation;
    const applied = applyRailOutcome(before, instrument, { outcome, isEnding });
    checkGenerations(before, applied.obligation, { outcome: outcome.type, isEnding });
    this.obligations.set(id, applied.obligation);
    this.money.post(applied.postings);
    const isMoved = applied.obligation !== before;
    this.tell(at, (household) => {
      if (isMoved && outcome.type === 'issued') {
        const item = {
          obligation: id,
          number: instrument.number,
          payoutMethod: instrument.payoutMethod,
          amountCents,
          sealedCode: reference,
          day: this.today,
        };
        return apply(household, { type: 'item-ready', item });
      }
      const isGone = isMoved && (outcome.type === 'collected' || outcome.type === 'contradiction');
      return isGone ? apply(household, { type: 'item-gone', obligation: id, number: instrument.number }) : household;
    });
  }

  private retryWaitingList(): void {
    const waiting = [...this.obligations.values()].filter(({ status }) => status === 'waiting-list');
    const kept = new Set<string>();
    for (const { id } of waiting.sort((a, b) => a.tier - b.tier || (a.id < b.id ? -1 : 1))) {
      const at = Number(id.split('-')[0]);
      this.planOne(at, id, { isNextInLine: true, kept });
    }
    this.tellAll();
  }

  private tellAll(): void {
    for (let at = 0; at < HOUSEHOLDS; at += 1) this.tell(at, (state) => state);
  }

  private tell(at: number, change: (state: HouseholdState) => HouseholdState): void {
    const changed = change(this.households[at] as HouseholdState);
    this.households[at] = passDay(changed, this.obligations, this.today, clocks);
    for (const { obligation } of (this.households[at] as HouseholdState).grants) this.planOne(at, obligation);
    const reported = report(this.households[at] as HouseholdState, this.obligations, this.nowMs);
    this.households[at] = forgotten(reported.state);
    for (const event of reported.events) this.hear(at, event);
    const again = report(reported.state, this.obligations, this.nowMs + 1);
    isTrue(again.events.length === 0, 'what was said is not said again');
  }

  private hear(at: number, event: HouseholdEvent): void {
    if (event.type === 'grant-closed') {
      isTrue(!this.closedTold.has(event.grant), 'a grant is closed once');
      this.closedTold.add(event.grant);
      return;
    }
    if (event.type === 'presence-confirmed') return;
    if (event.type === 'notice')
      return isTrue((this.households[at] as HouseholdState).isPresent, 'nobody unseen is texted');
    isTrue(event.version > (this.versions[at] ?? 0), 'versions grow, also within a millisecond');
    this.versions[at] = event.version;
  }

  private planOne(
    at: number,
    id: string,
    turn: { isNextInLine: boolean; kept: Set<string> } = { isNextInLine: false, kept: new Set() },
  ): void {
    const household = this.households[at] as HouseholdState;
    const obligation = this.obligations.get(id) as Obligation;
    const grant = household.grants.find((each) => each.obligation === id);
    const isCancelled = grant === undefined || grant.isCancelled;
    const lapse = grant === undefined ? undefined : lapseOf(grant, this.today, clocks);
    const money = this.money.view(this.obligations.values(), turn.kept);
    const input = {
      household,
      obligation,
      isCancelled,
      lapse,
      isNextInLine: turn.isNextInLine,
      inquireFirst: false,
      money,
    };
    const planned = plan(input, POLICY);
    this.obligations.set(id, planned.obligation);
    this.money.post(planned.postings);
    this.money.releasedAtSite(planned.releasedCents);
    const { fund = '', tier, kind: of } = planned.obligation;
    if (planned.rapidCents > 0n) this.money.spentRapidly(fund, planned.rapidCents, tier);
    isTrue(planned.releasedCents === 0n || of === 'rapid', 'only rapid grants go out by themselves');
    for (const code of fundsAwaited({ ...input, obligation: planned.obligation })) turn.kept.add(code);
    const again = plan(
      { ...input, obligation: planned.obligation, money: this.money.view(this.obligations.values(), turn.kept) },
      POLICY,
    );
    isTrue(again.obligation === planned.obligation && again.postings.length === 0, 'planning again changes nothing');
  }

  private get today(): number {
    return Math.floor(this.nowMs / DAY_MS);
  }

  private replace(id: string, instrument: Instrument, change: Partial<Instrument>): void {
    const obligation = this.obligations.get(id) as Obligation;
    const instruments = obligation.instruments.map((each) =>
      each.number === instrument.number && each.generation === instrument.generation ? { ...each, ...change } : each,
    );
    this.obligations.set(id, { ...obligation, instruments });
  }
}
