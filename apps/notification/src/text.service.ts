import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { dayNumber, HOUR_MS, startOfHour } from '#libs/contracts';
import { LeaseHolder } from '#libs/records';
import { CityProfile, Clock, OneByOne } from '#libs/service';
import { ContactService } from './contact.service.js';
import { closeAll, stepAll, type DropReason } from './domain/text.js';
import { Pseudonyms } from './pseudonyms.js';
import { namesOf, TextRepository, type DueText } from './text.repository.js';

/** A text whose sending is committed and that may be given to the carrier. */
export interface ReadyText {
  readonly work: DueText;
  /** Derived from the notice, so that a repeated text has the same one. The carrier sends once per reference. */
  readonly reference: string;
  readonly to: string;
  readonly text: string;
}

export interface Answered {
  readonly text: ReadyText;
  readonly isOver: boolean;
}

interface Committed {
  readonly ready: readonly ReadyText[];
  readonly dropped: readonly DropReason[];
}

const LEASE_MS = 60_000;

/** Claims texts, commits their sending, and completes or postpones them. */
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
    private readonly items: OneByOne,
  ) {}

  /** Claims due texts. A text that is not completed is due again when its lease ends. */
  async claimDue(limit: number): Promise<readonly DueText[]> {
    const { number: holder, cleared } = await this.leases.current();
    const { kind } = this.texts;
    const claimed = await this.transactions.run(async ({ tx }) => {
      // Before the first claim of this process, a lease under its number is from a process that has died.
      if (!cleared.has(kind)) await this.texts.endDeadLeases(tx, holder);
      return this.texts.claimDue(tx, { now: this.clock.now(), limit, leaseMs: LEASE_MS, holder });
    });
    cleared.add(kind);
    return claimed;
  }

  /** Ends the leases of dead processes. @returns the number of texts */
  endDeadLeases(): Promise<number> {
    return this.transactions.run(({ tx }) => this.texts.endDeadLeases(tx));
  }

  /** Postpones texts, and ends their lease. */
  putOff(texts: readonly DueText[], due: Date): Promise<void> {
    return this.transactions.run(({ tx }) => this.texts.postpone(tx, texts, due));
  }

  /**
   * Commits the sending of texts before the first byte leaves, and drops those that are not to be sent. A text whose
   * contact fails waits for an hour; the nightly turn drops it when its notice is too old.
   */
  async commit(texts: readonly DueText[]): Promise<Committed> {
    const parts: Committed[] = [];
    await this.items.run('texts', texts, {
      together: async (part) => void parts.push(await this.commitAll(part)),
      setAside: (text) => this.putOff([text], this.nextHour()),
    });
    return { ready: parts.flatMap(({ ready }) => ready), dropped: parts.flatMap(({ dropped }) => dropped) };
  }

  private commitAll(texts: readonly DueText[]): Promise<Committed> {
    const sentMax = this.city.profile.messages.maxPerCase;
    return this.transactions.run(async ({ tx }) => {
      const limits = { agingDay: dayNumber(await this.contacts.agingDay(tx)), sentMax };
      const before = await this.contacts.lock(tx, householdRefsOf(texts));
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

  /**
   * Stores the answers of the carrier. A text without an answer stays, and is due again at once. If the contact of a
   * text fails, the answer is stored without it, so that an accepted text is not sent again.
   */
  async complete(answered: readonly Answered[]): Promise<void> {
    await this.items.run('texts', answered, {
      together: (part) => this.completeAll(part),
      setAside: ({ text, isOver }) =>
        isOver
          ? this.transactions.run(({ tx }) => this.texts.finish(tx, [text.work]))
          : this.putOff([text.work], this.nextHour()),
    });
  }

  private completeAll(answered: readonly Answered[]): Promise<void> {
    const [over, open] = [true, false].map((wanted) =>
      answered.filter(({ isOver }) => isOver === wanted).map(({ text }) => text.work),
    ) as [DueText[], DueText[]];
    return this.transactions.run(async ({ tx }) => {
      const before = await this.contacts.lock(tx, householdRefsOf([...over, ...open]));
      const after = closeAll(
        over.map(({ body }) => body),
        before,
      );
      await this.contacts.save(tx, before, after);
      await this.texts.finish(tx, over);
      await this.texts.postpone(tx, open, startOfHour(this.clock.now()));
    });
  }

  private nextHour(): Date {
    return new Date(startOfHour(this.clock.now()).getTime() + HOUR_MS);
  }

  private referenceOf(text: DueText): string {
    const { token, version } = namesOf(text);
    return this.pseudonyms.textReferenceOf(token, version);
  }
}

function householdRefsOf(texts: readonly DueText[]): readonly string[] {
  return texts.map(({ body }) => body.householdRef);
}
