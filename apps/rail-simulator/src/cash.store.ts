import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '#libs/service';
import type { Behaviour } from './domain/behaviour.js';
import { collect, evolve, inquire, issue, statement, voidPayment, type Decision, type Payment } from './domain/cash.js';
import type { Answer, CashEntry } from './domain/entry.js';
import { JournalStore } from './journal.store.js';

/** No I, L, O, U, which are easily confused when a code is read aloud. */
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_SYMBOLS = 12;

/** The partner's books: every payment by its reference, computed from the journal. */
@Injectable()
export class CashStore implements OnModuleDestroy {
  private readonly payments = new Map<string, Payment>();
  private readonly referenceOf = new Map<string, string>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    @Inject(JournalStore) private readonly journal: JournalStore,
    private readonly clock: Clock,
  ) {
    for (const entry of journal.entries) if (isCash(entry)) this.take(entry);
    for (const entry of journal.entries) if (entry.kind === 'cash-delayed') this.postLater(entry);
  }

  issue(request: { readonly reference: string; readonly amountCents: string }, behaviour: Behaviour): Promise<Answer> {
    const known = this.payments.get(request.reference);
    return this.apply(issue(known, { ...request, code: this.newCode(), behaviour, nowMs: this.clock.now().getTime() }));
  }

  async inquire(reference: string, behaviour: Behaviour): Promise<Answer> {
    const answer = inquire(this.payments.get(reference), reference, behaviour);
    await this.journal.durable();
    return answer;
  }

  async statement(after: string): Promise<Answer> {
    const answer = statement(this.payments, Number(after));
    await this.journal.durable();
    return answer;
  }

  void(reference: string): Promise<Answer> {
    return this.apply(voidPayment(this.payments.get(reference), reference));
  }

  collect(code: string): Promise<Answer> {
    const reference = this.referenceOf.get(code);
    return this.apply(collect(reference === undefined ? undefined : this.payments.get(reference), reference ?? ''));
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /**
   * Answers only after the journal is on the disk, because a crash could otherwise undo the answer. This also waits for
   * earlier decisions that are not on the disk yet.
   */
  private async apply({ entries, answer }: Decision): Promise<Answer> {
    this.journal.append(entries);
    for (const entry of entries) {
      this.take(entry);
      if (entry.kind === 'cash-delayed') this.postLater(entry);
    }
    await this.journal.durable();
    return answer;
  }

  private take(entry: CashEntry): void {
    this.payments.set(entry.reference, evolve(this.payments.get(entry.reference), entry));
    if (entry.kind === 'cash-issued' || entry.kind === 'cash-delayed') {
      this.referenceOf.set(entry.code, entry.reference);
    }
  }

  private postLater({ reference, postsAtMs }: Extract<CashEntry, { kind: 'cash-delayed' }>): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        const payment = this.payments.get(reference);
        if (payment?.state !== 'delayed' || payment.amountCents === undefined || payment.code === undefined) return;
        const { amountCents, code } = payment;
        this.apply({
          entries: [{ kind: 'cash-issued', reference, amountCents, code }],
          answer: { status: 200, body: {} },
        }).catch(() => undefined);
      },
      Math.max(0, postsAtMs - this.clock.now().getTime()),
    );
    timer.unref();
    this.timers.add(timer);
  }

  private newCode(): string {
    for (;;) {
      const symbols = [...randomBytes(CODE_SYMBOLS)].map((byte) => SYMBOLS[byte % SYMBOLS.length]).join('');
      const code = `${symbols.slice(0, 4)}-${symbols.slice(4, 8)}-${symbols.slice(8)}`;
      if (!this.referenceOf.has(code)) return code;
    }
  }
}

function isCash(entry: { readonly kind: string }): entry is CashEntry {
  return entry.kind.startsWith('cash-');
}
