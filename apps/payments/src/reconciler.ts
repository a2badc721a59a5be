import { Injectable } from '@nestjs/common';
import { CityProfile } from '#libs/service';
import { adopt, type Finding } from './domain/adopt.js';
import type { Found } from './domain/lift.js';
import { splitIntoSlots } from './domain/money.js';
import { presentSlots, type Obligation } from './domain/obligation.js';
import { Pseudonyms } from './pseudonyms.js';
import { RailRegistry, type Rail } from './rails/index.js';
import { ReconcileStore } from './reconcile.store.js';

const OBLIGATIONS_AT_ONCE = 32;
/** A chain of generations longer than this is a fault, not a history. */
const GENERATIONS_MAX = 64;

interface Asked {
  readonly obligation: Obligation;
  readonly way: string;
  readonly findings: readonly Finding[];
  readonly asked: number;
  readonly unanswered: number;
}

/** What was found, and which payments people have to look into. */
export interface Reconciliation {
  readonly found: Found;
  /** References that no grant explains, and those of which rail and books say different things; sorted. */
  readonly open: readonly string[];
}

/**
 * Compares the books with the rails, item by item, both ways: every reference that could exist is asked about, and
 * every payment in a rail's own books must be one of ours. What the books have forgotten is taken in again.
 */
@Injectable()
export class Reconciler {
  private adopted = 0;

  constructor(
    private readonly store: ReconcileStore,
    private readonly rails: RailRegistry,
    private readonly pseudonyms: Pseudonyms,
    private readonly city: CityProfile,
  ) {}

  async reconcile(): Promise<Reconciliation> {
    const sum = { asked: 0, unanswered: 0, unfunded: 0 };
    const contradicted: string[] = [];
    for (let after = Buffer.alloc(0); ;) {
      const page = await this.store.page(after, OBLIGATIONS_AT_ONCE);
      const last = page.at(-1);
      if (last === undefined) break;
      after = Buffer.from(last, 'base64url');
      const obligations = await this.store.read(page);
      for (const rail of this.rails.all) {
        const all = await Promise.all(obligations.map((obligation) => this.ask(obligation, rail)));
        for (const { asked, unanswered } of all) {
          sum.asked += asked;
          sum.unanswered += unanswered;
        }
        const { unfunded, contradictions } = await this.takeIn(all.filter(({ findings }) => findings.length > 0));
        sum.unfunded += unfunded;
        contradicted.push(...contradictions);
      }
    }
    const { unmatched, differing, unread } = await this.compare();
    const open = [...new Set([...unmatched, ...differing, ...contradicted])].sort();
    return {
      open,
      found: {
        ...sum,
        unanswered: sum.unanswered + unread,
        adopted: this.adopted,
        unmatched: unmatched.length,
        differing: new Set([...differing, ...contradicted]).size,
      },
    };
  }

  /** Every generation of every instrument, as far as the books know, and on until the rail does not know one. */
  private async ask(obligation: Obligation, rail: Rail): Promise<Asked> {
    const findings: Finding[] = [];
    let [asked, unanswered] = [0, 0];
    for (const [slot, amountCents] of this.amountsOf(obligation).entries()) {
      const known = presentSlots(obligation).find((each) => each.slot === slot)?.generation ?? 0;
      for (let generation = 0; generation < GENERATIONS_MAX; generation += 1) {
        const reference = this.pseudonyms.railReferenceOf(obligation.id, slot, generation).toString('base64url');
        const reply = await rail.send({ call: 'inquire', reference, amountCents });
        asked += 1;
        if (reply.type === 'lost' || ('reference' in reply && reply.reference !== reference)) unanswered += 1;
        else if (reply.type !== 'not-found') findings.push({ slot, generation, reply: reply.type });
        else if (generation >= known) break;
        if (reply.type === 'lost' && generation >= known) break;
      }
    }
    return { obligation, way: rail.way, findings, asked, unanswered };
  }

  private amountsOf({ slots, amountCents }: Obligation): readonly bigint[] {
    if (slots.length === 0) return splitIntoSlots(amountCents, this.city.profile.grants.perInstrumentCents);
    const amounts = new Map(slots.map((slot) => [slot.slot, slot.amountCents]));
    return [...amounts].sort(([a], [b]) => a - b).map(([, cents]) => cents);
  }

  /** Each by itself: one for which no fund holds enough keeps no other from being taken in. */
  private async takeIn(
    all: readonly Asked[],
  ): Promise<{ readonly unfunded: number; readonly contradictions: readonly string[] }> {
    let unfunded = 0;
    const contradictions: string[] = [];
    for (const { obligation, way, findings } of all) {
      const amounts = this.amountsOf(obligation);
      const done = await this.store.change(obligation.id, async (present, fundFor) =>
        adopt({ obligation: present, findings, amounts, way, fund: await fundFor(way, present.amountCents) }),
      );
      if (done === 'adopted') this.adopted += 1;
      if (done === 'no-money') unfunded += 1;
      if (done === 'contradiction') contradictions.push(obligation.id);
    }
    return { unfunded, contradictions };
  }

  private async compare(): Promise<{
    readonly unmatched: readonly string[];
    readonly differing: readonly string[];
    readonly unread: number;
  }> {
    const unmatched: string[] = [];
    const differing: string[] = [];
    let unread = 0;
    for (const rail of this.rails.all) {
      const items = await rail.statement();
      if (items === undefined) unread += 1;
      else {
        const compared = await this.store.compare(rail.way, items);
        unmatched.push(...compared.unmatched);
        differing.push(...compared.differing);
      }
    }
    return { unmatched, differing, unread };
  }
}
