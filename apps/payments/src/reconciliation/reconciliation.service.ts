import { Injectable } from '@nestjs/common';
import { failureOf, Transactions } from '#libs/bus';
import { CityProfile, OneByOne } from '#libs/service';
import { adopt, type Adoption, type Finding } from '../domain/adopt.js';
import { changeOf } from '../domain/ledger.js';
import type { Found } from '../domain/lift.js';
import { presentInstruments, type Obligation } from '../domain/obligation.js';
import { amountsOf, compareWith } from '../domain/reconcile.js';
import { BookingService, LedgerRepository } from '../ledger/index.js';
import { RailRegistry, type Rail } from '../rails/index.js';
import { ReconciliationRepository } from './reconciliation.repository.js';

const OBLIGATIONS_AT_ONCE = 32;
/** A longer chain of generations is a fault, not a history. */
const GENERATIONS_MAX = 64;
/** PostgreSQL's code for a violated CHECK. */
const CHECK_VIOLATION = '23514';

interface Asked {
  readonly obligation: Obligation;
  readonly payoutMethod: string;
  readonly findings: readonly Finding[];
  readonly asked: number;
  readonly unanswered: number;
}

/** The result of a reconciliation, and which payments people have to look into. */
export interface Reconciliation {
  readonly found: Found;
  /** References that no grant explains, and references about which rail and ledger differ; sorted. */
  readonly open: readonly string[];
}

/**
 * Compares ledger and rails in both directions. It asks the rails about every possible reference, and looks up every
 * payment of a rail in the ledger. Forgotten instruments are adopted into the ledger.
 */
@Injectable()
export class ReconciliationService {
  private adopted = 0;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly books: ReconciliationRepository,
    private readonly ledger: LedgerRepository,
    private readonly rails: RailRegistry,
    private readonly booking: BookingService,
    private readonly city: CityProfile,
    private readonly items: OneByOne,
  ) {}

  async reconcile(): Promise<Reconciliation> {
    const sum = { asked: 0, unanswered: 0, unfunded: 0 };
    const contradicted: string[] = [];
    for (let page = await this.page(undefined); page.last !== undefined; page = await this.page(page.last)) {
      for (const rail of this.rails.all) {
        const all = await Promise.all(page.obligations.map((obligation) => this.ask(obligation, rail)));
        for (const { asked, unanswered } of all) {
          sum.asked += asked;
          sum.unanswered += unanswered;
        }
        const { unfunded, contradictions } = await this.adoptAll(all.filter(({ findings }) => findings.length > 0));
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

  private page(after: string | undefined): Promise<{
    readonly obligations: readonly Obligation[];
    readonly last: string | undefined;
  }> {
    return this.transactions.run(async ({ tx }) => {
      const ids = await this.books.page(tx, { after, limit: OBLIGATIONS_AT_ONCE });
      return { obligations: [...(await this.ledger.obligations(tx, ids)).values()], last: ids.at(-1) };
    });
  }

  /** Asks about every generation of every instrument in the ledger, and on until the rail does not know one. */
  private async ask(obligation: Obligation, rail: Rail): Promise<Asked> {
    const findings: Finding[] = [];
    let [asked, unanswered] = [0, 0];
    const { railName } = obligation;
    // It is settled for so long that nobody can dispute it. The statement alone is compared with it, by its amount.
    if (railName === undefined) return { obligation, payoutMethod: rail.payoutMethod, findings, asked, unanswered };
    for (const [number, amountCents] of this.amountsOf(obligation).entries()) {
      const known = presentInstruments(obligation).find((each) => each.number === number)?.generation ?? 0;
      for (let generation = 0; generation < GENERATIONS_MAX; generation += 1) {
        const reference = this.booking.referenceOf(railName, number, generation);
        const reply = await rail.send({ call: 'inquire', reference, amountCents });
        asked += 1;
        if (reply.type === 'lost' || ('reference' in reply && reply.reference !== reference)) unanswered += 1;
        else if (reply.type !== 'not-found') findings.push({ number, generation, reply: reply.type });
        else if (generation >= known) break;
        if (reply.type === 'lost' && generation >= known) break;
      }
    }
    return { obligation, payoutMethod: rail.payoutMethod, findings, asked, unanswered };
  }

  private amountsOf(obligation: Obligation): readonly bigint[] {
    return amountsOf(obligation, this.city.profile.grants.perInstrumentCents);
  }

  /** Adopts each obligation separately, so that one without enough money does not stop the others. */
  private async adoptAll(
    all: readonly Asked[],
  ): Promise<{ readonly unfunded: number; readonly contradictions: readonly string[] }> {
    let unfunded = 0;
    const contradictions: string[] = [];
    for (const asked of all) {
      const done = await this.adopt(asked);
      if (done === 'adopted') this.adopted += 1;
      if (done === 'no-money') unfunded += 1;
      if (done === 'contradiction') contradictions.push(asked.obligation.id);
    }
    return { unfunded, contradictions };
  }

  /** Changes one obligation under the lock of the chain's head. @returns the kind of adoption */
  private async adopt({ obligation: asked, payoutMethod, findings }: Asked): Promise<Adoption['type']> {
    const amounts = this.amountsOf(asked);
    try {
      return await this.transactions.run(async ({ tx }) => {
        const head = await this.ledger.lock(tx);
        const obligation = (await this.ledger.obligations(tx, [asked.id])).get(asked.id);
        if (obligation === undefined) return 'known';
        const fund = await this.books.fundFor(tx, { payoutMethod: payoutMethod, amountCents: obligation.amountCents });
        const adoption = adopt({ obligation, findings, amounts, payoutMethod: payoutMethod, fund });
        if (adoption.type !== 'adopted') return adoption.type;
        await this.booking.book(tx, head, changeOf([adoption.obligation], adoption.postings));
        return 'adopted';
      });
    } catch (error) {
      // An account would become negative: its money has been reserved for another obligation since.
      if ((error as { code?: unknown }).code === CHECK_VIOLATION) return 'no-money';
      if (failureOf(error) !== 'content') throw error;
      // People look into it, and the other obligations are compared.
      this.items.tell('reconciliation', error);
      return 'contradiction';
    }
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
        const books = await this.transactions.run(({ tx }) => this.books.compared(tx));
        const compared = compareWith(books, { payoutMethod: rail.payoutMethod, items });
        unmatched.push(...compared.unmatched);
        differing.push(...compared.differing);
      }
    }
    return { unmatched, differing, unread };
  }
}
