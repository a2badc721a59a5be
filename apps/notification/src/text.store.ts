import { Inject, Injectable } from '@nestjs/common';
import { dayNumber, dayOf, startOfHour } from '#libs/contracts';
import type { FoundRow } from '#libs/records';
import { RUNTIME, type Runtime } from '#libs/service';
import { ContactStore, TEXT, type TextWork } from './contact.store.js';
import { closed, step, type DropReason } from './domain/text.js';

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
    @Inject(RUNTIME) private readonly runtime: Runtime<'notification'>,
    @Inject(ContactStore) private readonly contacts: ContactStore,
  ) {}

  /** Leases texts whose hour has come. One that nobody settles is there again when the lease ends. */
  async take(limit: number): Promise<readonly DueText[]> {
    const { bus, records, clock, leases } = this.runtime;
    const { number: holder, cleared } = await leases.current();
    const taken = await bus.transaction(async ({ tx }) => {
      const store = await records.begin(tx);
      // What stands under this number was leased by a process that has died, until this one has leased something.
      if (!cleared.has(TEXT)) await store.endDeadLeases(TEXT, holder);
      return store.takeDue<TextWork>(TEXT, { now: clock.now(), limit, leaseMs: LEASE_MS, holder });
    });
    cleared.add(TEXT);
    return taken;
  }

  /** Frees what processes that have died had leased. @returns how many texts */
  freeOfTheDead(): Promise<number> {
    const { bus, records } = this.runtime;
    return bus.transaction(async ({ tx }) => (await records.begin(tx)).endDeadLeases(TEXT));
  }

  /** Puts texts off, and ends their lease. */
  putOff(texts: readonly DueText[], due: Date): Promise<void> {
    const { bus, records } = this.runtime;
    return bus.transaction(async ({ tx }) => {
      await (
        await records.begin(tx)
      ).postpone(
        TEXT,
        texts.map(({ value, body }) => ({ value, body, due })),
      );
    });
  }

  /** Commits to what will be asked of the carrier, before the first byte leaves; drops what is not to be sent. */
  commit(texts: readonly DueText[]): Promise<{ ready: readonly ReadyText[]; dropped: readonly DropReason[] }> {
    const { bus, records, clock, profile } = this.runtime;
    const limits = { today: dayNumber(dayOf(clock.now())), sentMax: profile.messages.maxPerCase };
    return bus.transaction(async ({ tx }) => {
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
      await (await records.begin(tx)).finish(TEXT, gone);
      return { ready, dropped };
    });
  }

  /** Writes down what the carrier said. What it did not say stays, and may be asked again at once. */
  settle(settled: readonly Settled[]): Promise<void> {
    const { bus, records, clock } = this.runtime;
    return bus.transaction(async ({ tx }) => {
      const before = await this.contacts.lock(tx, handlesOf(settled.map(({ text }) => text.work)));
      const after = new Map(before);
      const [over, open] = [settled.filter(({ isOver }) => isOver), settled.filter(({ isOver }) => !isOver)];
      for (const { text } of over) {
        const contact = after.get(text.work.body.handle);
        if (contact !== undefined) after.set(text.work.body.handle, closed(contact, text.work.body));
      }
      await this.contacts.save(tx, before, after);
      const store = await records.begin(tx);
      await store.finish(
        TEXT,
        over.map(({ text }) => text.work.value),
      );
      const due = startOfHour(clock.now());
      await store.postpone(
        TEXT,
        open.map(({ text }) => ({ value: text.work.value, body: text.work.body, due })),
      );
    });
  }

  private referenceOf(value: Uint8Array): string {
    const version = Buffer.from(value).readBigUInt64BE(TOKEN_BYTES);
    const token = value.subarray(0, TOKEN_BYTES);
    return Buffer.from(this.runtime.keyed('text-reference', token, String(version))).toString('base64url');
  }
}

function handlesOf(texts: readonly DueText[]): readonly string[] {
  return texts.map(({ body }) => body.handle);
}
