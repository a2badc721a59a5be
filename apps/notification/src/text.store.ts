import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { dayNumber, dayOf, startOfHour } from '#libs/contracts';
import { LeaseHolder, Records, type FoundRow } from '#libs/records';
import { CityProfile, Clock } from '#libs/service';
import { ContactStore, TEXT, type TextWork } from './contact.store.js';
import { closed, step, type DropReason } from './domain/text.js';
import { Pseudonyms } from './pseudonyms.js';

export type DueText = FoundRow<TextWork>;

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
const TOKEN_BYTES = 32;

/** The texts that are to be sent: leased, committed to, and done or put off. */
@Injectable()
export class TextStore {
  constructor(
    private readonly transactions: Transactions<'notification'>,
    private readonly records: Records,
    private readonly leases: LeaseHolder,
    private readonly contacts: ContactStore,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  /** Leases texts whose hour has come. One that nobody settles is there again when the lease ends. */
  async take(limit: number): Promise<readonly DueText[]> {
    const { number: holder, cleared } = await this.leases.current();
    const taken = await this.transactions.run(async ({ tx }) => {
      const store = await this.records.begin(tx);
      // What stands under this number was leased by a process that has died, until this one has leased something.
      if (!cleared.has(TEXT)) await store.endDeadLeases(TEXT, holder);
      return store.takeDue<TextWork>(TEXT, { now: this.clock.now(), limit, leaseMs: LEASE_MS, holder });
    });
    cleared.add(TEXT);
    return taken;
  }

  /** Frees what processes that have died had leased. @returns how many texts */
  freeOfTheDead(): Promise<number> {
    return this.transactions.run(async ({ tx }) => (await this.records.begin(tx)).endDeadLeases(TEXT));
  }

  /** Puts texts off, and ends their lease. */
  putOff(texts: readonly DueText[], due: Date): Promise<void> {
    return this.transactions.run(async ({ tx }) => {
      await (
        await this.records.begin(tx)
      ).postpone(
        TEXT,
        texts.map(({ value, body }) => ({ value, body, due })),
      );
    });
  }

  /** Commits to what will be asked of the carrier, before the first byte leaves; drops what is not to be sent. */
  commit(texts: readonly DueText[]): Promise<{ ready: readonly ReadyText[]; dropped: readonly DropReason[] }> {
    const limits = { today: dayNumber(dayOf(this.clock.now())), sentMax: this.city.profile.messages.maxPerCase };
    return this.transactions.run(async ({ tx }) => {
      const before = await this.contacts.lock(tx, handlesOf(texts));
      const after = new Map(before);
      const ready: ReadyText[] = [];
      const dropped: DropReason[] = [];
      const gone: Uint8Array[] = [];
      for (const work of texts) {
        const { handle } = work.body;
        const contact = after.get(handle);
        const next = contact && step(contact, work.body, limits);
        if (next !== undefined) after.set(handle, next.contact);
        if (next?.type === 'send') {
          ready.push({ work, reference: this.referenceOf(work.value), to: next.to, text: next.text });
        } else {
          gone.push(work.value);
          dropped.push(next?.why ?? 'not-wanted');
        }
      }
      await this.contacts.save(tx, before, after);
      await (await this.records.begin(tx)).finish(TEXT, gone);
      return { ready, dropped };
    });
  }

  /** Writes down what the carrier said. What it did not say stays, and may be asked again at once. */
  settle(settled: readonly Settled[]): Promise<void> {
    return this.transactions.run(async ({ tx }) => {
      const before = await this.contacts.lock(tx, handlesOf(settled.map(({ text }) => text.work)));
      const after = new Map(before);
      const [over, open] = [settled.filter(({ isOver }) => isOver), settled.filter(({ isOver }) => !isOver)];
      for (const { text } of over) {
        const contact = after.get(text.work.body.handle);
        if (contact !== undefined) after.set(text.work.body.handle, closed(contact, text.work.body));
      }
      await this.contacts.save(tx, before, after);
      const store = await this.records.begin(tx);
      await store.finish(
        TEXT,
        over.map(({ text }) => text.work.value),
      );
      const due = startOfHour(this.clock.now());
      await store.postpone(
        TEXT,
        open.map(({ text }) => ({ value: text.work.value, body: text.work.body, due })),
      );
    });
  }

  private referenceOf(value: Uint8Array): string {
    const version = Buffer.from(value).readBigUInt64BE(TOKEN_BYTES);
    return this.pseudonyms.textReferenceOf(value.subarray(0, TOKEN_BYTES), version);
  }
}

function handlesOf(texts: readonly DueText[]): readonly string[] {
  return texts.map(({ body }) => body.handle);
}
