import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { AnyDelivery } from '#libs/bus/testing';
import { randomId, type SignedHousehold } from '../../../test/support/signed-household.js';
import type { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { superuserUrl } from '../../../test/support/stack.js';
import type { StaffKey } from '../../../test/support/staff.js';
import { copyIn, copyOut, type TableCopy } from '../../../test/support/table-copy.js';
import type { FreezeView } from '../src/reconciliation/ledger-freeze.service.js';
import { LedgerFreezeWorker } from '../src/reconciliation/ledger-freeze.worker.js';
import { PaymentsWorld } from './support.js';

/** A household with a grant, and all messages about it to payments. */
export interface Case {
  readonly household: SignedHousehold;
  readonly grant: string;
  readonly messages: AnyDelivery[];
}

/** Payments with a database that is restored to older states, and the people who deal with it. */
export class RestoredCity {
  private site = 0;

  private constructor(
    readonly world: PaymentsWorld,
    /** Two people; the first has two keys. */
    readonly people: { readonly first: StaffKey; readonly firstAgain: StaffKey; readonly second: StaffKey },
  ) {}

  static async open(keyrings: TestKeyrings): Promise<RestoredCity> {
    const world = await PaymentsWorld.open({ keyrings });
    return new RestoredCity(world, {
      first: await world.enrol('first', 'person-1'),
      firstAgain: await world.enrol('first-again', 'person-1'),
      second: await world.enrol('second', 'person-2'),
    });
  }

  get anchorFile(): string {
    return join(this.world.anchor, 'payments.json');
  }

  get lastSite(): string {
    return `REST-${this.site}`;
  }

  prepared(): Case {
    const { world } = this;
    const household = world.household();
    const grant = randomId();
    this.site += 1;
    return {
      household,
      grant,
      messages: [household.payout('CASH', { site: this.lastSite }), world.grant(household, { id: grant })],
    };
  }

  async apply(): Promise<Case> {
    const made = this.prepared();
    await this.world.service.deliver(made.messages);
    return made;
  }

  async deliver(to: Case, ...messages: AnyDelivery[]): Promise<void> {
    to.messages.push(...messages);
    await this.world.service.deliver(messages);
  }

  copy(): Promise<TableCopy> {
    return copyOut(this.url);
  }

  /** Restores the older state and delivers all later messages again, as Kafka would. */
  async restore(copy: TableCopy, ...cases: readonly Case[]): Promise<void> {
    await copyIn(this.url, copy);
    await this.world.service.deliver(cases.flatMap(({ messages }) => messages));
  }

  /** Pays a household after the copy was made, and restores the copy. */
  async payAndRestore(): Promise<Case> {
    const copy = await this.copy();
    const paid = await this.apply();
    await this.world.runRailRound();
    await this.restore(copy, paid);
    return paid;
  }

  async freeze(): Promise<FreezeView> {
    await this.world.service.get(LedgerFreezeWorker).look();
    return (await this.world.read<FreezeView>('/v1/ledger-freeze', this.people.first)).body;
  }

  async liftBy(person: StaffKey, body: object): Promise<string> {
    const answer = await this.world.post('/v1/ledger-freeze/lift', body, person);
    return answer.body.outcome ?? answer.body.code ?? '';
  }

  async lift(accept?: boolean): Promise<FreezeView> {
    const seen = await this.freeze();
    const body = { digest: seen.digest, ...(accept === undefined ? {} : { accept }) };
    expect(await this.liftBy(this.people.first, body)).toBe('counted');
    expect(await this.liftBy(this.people.second, body)).toBe('lifted');
    return seen;
  }

  async settleDown(): Promise<void> {
    await this.world.retryWaitingList();
    await this.world.runRailRounds(8);
  }

  /** Payments that the partner made or would make, whatever the ledger contains. */
  payments(): readonly string[] {
    const lines = this.world.partner.journal;
    const voided = new Set(lines.filter(({ kind }) => kind === 'void').map(({ reference }) => reference));
    const issued = lines.filter(({ kind, reference }) => kind === 'issued' && !voided.has(reference));
    return issued.map(({ amountCents }) => amountCents);
  }

  /** Codes that the partner has paid or would pay. */
  good(): readonly string[] {
    return [...this.world.partner.successful.values()].map(({ code }) => code);
  }

  async codeOf({ household }: Case): Promise<string | undefined> {
    const box = household.box('payments', await this.world.service.published());
    return box === undefined ? undefined : household.codes(box)[0];
  }

  async close(): Promise<void> {
    expect(await this.world.books()).toMatchObject({ balanced: true });
    await this.world.close();
  }

  private get url(): string {
    return superuserUrl(this.world.service.database.name);
  }
}
