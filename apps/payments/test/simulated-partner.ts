import type { RailCall, RailReply } from '../src/domain/rail.js';
import { falsified, told, type Line, type Payment } from './operations.js';

interface Asked {
  readonly reference: string;
  readonly amountCents: bigint;
  readonly instrument: string;
}

/** The partner's books, and which of its answers arrive. */
export class SimulatedPartner {
  private readonly payments = new Map<string, Payment>();

  ask(call: RailCall, asked: Asked, how: Line): RailReply {
    if (how === 'lost-before') return { type: 'lost' };
    const { reference } = asked;
    if (call === 'issue') this.issue(asked, how);
    if (call === 'void') this.void(asked);
    if (how === 'lost' || how === 'without-code') return { type: 'lost' };
    return falsified(told(reference, this.payments.get(reference)), how);
  }

  of(reference: string): Payment | undefined {
    return this.payments.get(reference);
  }

  all(): Iterable<Payment> {
    return this.payments.values();
  }

  /** Somebody brings codes and is paid for the first valid one. */
  collect(references: readonly string[]): void {
    for (const reference of references) {
      const payment = this.payments.get(reference);
      if (payment?.state !== 'issued') continue;
      payment.state = 'collected';
      return;
    }
  }

  postLate(): void {
    for (const payment of this.payments.values()) if (payment.state === 'late') payment.state = 'issued';
  }

  private issue({ reference, amountCents, instrument }: Asked, how: Line): void {
    const known = this.payments.get(reference);
    if (known === undefined) {
      const state = how === 'late' ? 'late' : how === 'void' ? 'void' : 'issued';
      this.payments.set(reference, { state, amountCents, instrument, isCodeTold: how !== 'without-code' });
    } else if (known.state === 'late') known.state = 'issued';
  }

  private void({ reference, amountCents, instrument }: Asked): void {
    const known = this.payments.get(reference);
    if (known?.state === 'collected') return;
    if (known === undefined)
      this.payments.set(reference, { state: 'void', amountCents, instrument, isCodeTold: false });
    else known.state = 'void';
  }
}
