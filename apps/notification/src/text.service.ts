import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { dayNumber, dayOf, startOfHour } from '#libs/contracts';
import { LeaseHolder } from '#libs/records';
import { CityProfile, Clock } from '#libs/service';
import { ContactService } from './contact.service.js';
import { closeAll, stepAll, type DropReason } from './domain/text.js';
import { Pseudonyms } from './pseudonyms.js';
import { namesOf, TextRepository, type DueText } from './text.repository.js';

/** A text that is committed to and may be given to the carrier. */
export interface ReadyText {
  readonly work: DueText;
  /** The same for the same notice, whatever is lost and done again: the carrier sends once per reference. */
  readonly reference: string;
  readonly to: string;
  readonly text: string;
}

export interface Settled {
  readonly text: ReadyText;
  readonly isOver: boolean;
}

const LEASE_MS = 60_000;

/** The texts that are to be sent: leased, committed to, and done or put off. */
@Injectable()
export class TextService {
  constructor(
    private readonly transactions: Transactions<'notification'>,
    private readonly texts: TextRepository,
    private readonly contacts: ContactService,
    private readonly leases: LeaseHolder,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  /** Leases texts whose hour has come. One that nobody settles is there again when the lease ends. */
  async take(limit: number): Promise<readonly DueText[]> {
    const { number: holder, cleared } = await this.leases.current();
    const { kind } = this.texts;
    const taken = await this.transactions.run(async ({ tx }) => {
      // What stands under this number was leased by a process that has died, until this one has leased something.
      if (!cleared.has(kind)) await this.texts.endDeadLeases(tx, holder);
      return this.texts.takeDue(tx, { now: this.clock.now(), limit, leaseMs: LEASE_MS, holder });
    });
    cleared.add(kind);
    return taken;
  }

  /** Frees what processes that have died had leased. @returns how many texts */
  freeOfTheDead(): Promise<number> {
    return this.transactions.run(({ tx }) => this.texts.endDeadLeases(tx));
  }

  /** Puts texts off, and ends their lease. */
  putOff(texts: readonly DueText[], due: Date): Promise<void> {
    return this.transactions.run(({ tx }) => this.texts.postpone(tx, texts, due));
  }

  /** Commits to what will be asked of the carrier, before the first byte leaves; drops what is not to be sent. */
  commit(texts: readonly DueText[]): Promise<{ ready: readonly ReadyText[]; dropped: readonly DropReason[] }> {
    const limits = { today: dayNumber(dayOf(this.clock.now())), sentMax: this.city.profile.messages.maxPerCase };
    return this.transactions.run(async ({ tx }) => {
      const before = await this.contacts.lock(tx, handlesOf(texts));
      const { contacts, sends, drops } = stepAll(texts, before, limits);
      await this.contacts.save(tx, before, contacts);
      await this.texts.finish(
        tx,
        drops.map(({ work }) => work),
      );
      const ready = sends.map((send) => ({ ...send, reference: this.referenceOf(send.work) }));
      return { ready, dropped: drops.map(({ why }) => why) };
    });
  }

  /** Writes down what the carrier said. What it did not say stays, and may be asked again at once. */
  settle(settled: readonly Settled[]): Promise<void> {
    const [over, open] = [true, false].map((wanted) =>
      settled.filter(({ isOver }) => isOver === wanted).map(({ text }) => text.work),
    ) as [DueText[], DueText[]];
    return this.transactions.run(async ({ tx }) => {
      const before = await this.contacts.lock(tx, handlesOf([...over, ...open]));
      const after = closeAll(
        over.map(({ body }) => body),
        before,
      );
      await this.contacts.save(tx, before, after);
      await this.texts.finish(tx, over);
      await this.texts.postpone(tx, open, startOfHour(this.clock.now()));
    });
  }

  private referenceOf(text: DueText): string {
    const { token, version } = namesOf(text);
    return this.pseudonyms.textReferenceOf(token, version);
  }
}

function handlesOf(texts: readonly DueText[]): readonly string[] {
  return texts.map(({ body }) => body.handle);
}
