import { createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '#libs/service';
import type { Behaviour } from './domain/behaviour.js';
import type { Answer, SmsEntry } from './domain/entry.js';
import { JournalStore } from './journal.store.js';

interface Message {
  readonly reference: string;
  readonly to: string;
  readonly text: string;
}

interface Known {
  readonly recipient: string;
  readonly text: string;
  /** False for a text that an earlier process accepted: its key is gone, so its recipients cannot be compared. */
  readonly isOwn: boolean;
  readonly isAccepted: boolean;
}

/** The carrier's books. A phone number is kept as a hash under a key that exists only in this process. */
@Injectable()
export class SmsStore implements OnModuleDestroy {
  private readonly key = randomBytes(32);
  private readonly messages = new Map<string, Known>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    @Inject(JournalStore) private readonly journal: JournalStore,
    private readonly clock: Clock,
  ) {
    const entries = journal.entries.filter((entry): entry is SmsEntry => entry.kind.startsWith('sms-'));
    for (const entry of entries) this.take(entry, false);
    for (const entry of entries) if (entry.kind === 'sms-delayed') this.postLater(entry);
  }

  /** Accepts a text once per reference. Refuses another text or number under a reference that exists. */
  async accept({ reference, to, text }: Message, { mode, delayMs }: Behaviour): Promise<Answer> {
    const recipient = createHmac('sha256', this.key).update(to).digest('base64url');
    const known = this.messages.get(reference);
    if (known !== undefined && (known.text !== text || (known.isOwn && known.recipient !== recipient))) {
      return { status: 409, body: { reference, error: 'other-content' } };
    }
    const state = { status: 200, body: { reference, state: 'accepted' } };
    if (known?.isAccepted === true || mode === 'never-settles') {
      await this.journal.durable();
      return state;
    }
    if (known === undefined && mode === 'not-found-then-posts') {
      const entry = {
        kind: 'sms-delayed',
        reference,
        recipient,
        text,
        postsAtMs: this.clock.now().getTime() + delayMs,
      } as const;
      await this.write(entry);
      this.postLater(entry);
      return state;
    }
    await this.write({ kind: 'sms-accepted', reference, recipient, text });
    return state;
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private write(entry: SmsEntry): Promise<void> {
    this.journal.append([entry]);
    this.take(entry, true);
    return this.journal.durable();
  }

  private take({ kind, reference, recipient, text }: SmsEntry, isOwn: boolean): void {
    this.messages.set(reference, { recipient, text, isOwn, isAccepted: kind === 'sms-accepted' });
  }

  private postLater({ reference, recipient, text, postsAtMs }: Extract<SmsEntry, { kind: 'sms-delayed' }>): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        if (this.messages.get(reference)?.isAccepted === true) return;
        this.write({ kind: 'sms-accepted', reference, recipient, text }).catch(() => undefined);
      },
      Math.max(0, postsAtMs - this.clock.now().getTime()),
    );
    timer.unref();
    this.timers.add(timer);
  }
}
