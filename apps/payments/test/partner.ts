import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How one call can fail. Each has happened in practice. */
export const misbehaviours = [
  'reply-lost',
  'error-before',
  'error-after',
  'reset',
  'truncated',
  'other-amount',
  'other-reference',
  'conflict-applied-before',
  'not-found-then-posts',
  'pending-then-settles',
  'void-at-once',
  'without-secret',
] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

const paths = {
  issue: '/cash/codes',
  inquire: '/cash/inquiries',
  void: '/cash/voids',
  statement: '/cash/statements',
} as const;

interface Payment {
  state: 'issued' | 'late' | 'pending' | 'void' | 'collected';
  readonly amountCents: string;
  readonly code: string;
  isSecretLost: boolean;
}

export interface JournalLine {
  readonly kind: 'issued' | 'void' | 'collected';
  readonly reference: string;
  readonly amountCents: string;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A cash partner with books of its own that say what really happened. */
export class Partner {
  readonly journal: JournalLine[] = [];
  readonly calls: { readonly path: string; readonly reference: string }[] = [];
  private readonly payments = new Map<string, Payment>();
  private readonly lost = new Map<string, Payment>();
  private readonly orders: { readonly on: string; readonly how: Misbehaviour }[] = [];

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Partner> {
    const server = createServer();
    const partner = new Partner(server);
    server.on('request', (request, reply) => void partner.answer(request, reply));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return partner;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sets how the next call of this kind fails. */
  misbehave(how: Misbehaviour, on: keyof typeof paths = 'issue'): void {
    this.orders.push({ on: paths[on], how });
  }

  behave(): void {
    this.orders.length = 0;
  }

  /** Issues late payments and completes pending ones. */
  passTime(): void {
    for (const [reference, payment] of this.payments) {
      if (payment.state === 'late' || payment.state === 'pending') this.settle(reference, payment);
    }
  }

  /** Somebody collects at the counter. */
  collect(code: string): boolean {
    for (const [reference, payment] of this.payments) {
      if (payment.code !== code || payment.state !== 'issued') continue;
      payment.state = 'collected';
      this.journal.push({ kind: 'collected', reference, amountCents: payment.amountCents });
      return true;
    }
    return false;
  }

  /** Stops telling codes, as a partner that tells each code only once. */
  forgetCodes(): void {
    for (const payment of this.payments.values()) payment.isSecretLost = true;
  }

  /** Removes this payment from the partner's own books. */
  lose(code: string): void {
    for (const [reference, payment] of this.payments) {
      if (payment.code !== code) continue;
      this.payments.delete(reference);
      this.lost.set(reference, payment);
    }
  }

  /** Puts the payment back. */
  find(): void {
    for (const [reference, payment] of this.lost) this.payments.set(reference, payment);
    this.lost.clear();
  }

  /** Payments that could be or were collected, by reference. */
  get successful(): ReadonlyMap<string, { readonly amountCents: string; readonly code: string }> {
    return new Map([...this.payments].filter(([, { state }]) => state === 'issued' || state === 'collected'));
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { reference: string; amountCents?: string };
    this.calls.push({ path, reference: body.reference });
    const at = this.orders.findIndex(({ on }) => on === path);
    const how = at < 0 ? undefined : this.orders.splice(at, 1)[0]?.how;
    if (how === 'error-before') return send(reply, { status: 500, body: {} });
    const answer = this.apply(path, body, how);
    if (how === 'reply-lost' || how === 'not-found-then-posts' || how === 'without-secret') {
      request.socket.destroy();
      return;
    }
    deliver(reply, answer, how);
  }

  private apply(
    path: string,
    { reference, amountCents = '' }: { reference: string; amountCents?: string },
    how?: Misbehaviour,
  ): Answer {
    const known = this.payments.get(reference);
    switch (path) {
      case '/cash/statements':
        return { status: 200, body: { items: this.statement(), next: null } };
      case '/cash/codes':
        return this.issue(reference, amountCents, how);
      case '/cash/voids':
        if (known?.state === 'collected' || known?.state === 'pending') return told(reference, known, 409);
        this.payments.set(reference, { ...(known ?? fresh('0')), state: 'void' });
        this.journal.push({ kind: 'void', reference, amountCents: known?.amountCents ?? '0' });
        return { status: 200, body: { reference, state: 'void' } };
      default:
        return told(reference, known);
    }
  }

  private statement(): readonly object[] {
    const known = [...this.payments].filter(([, { state }]) => state !== 'late');
    return known.map(([reference, { state, amountCents }]) => ({
      reference,
      state,
      ...(amountCents === '0' ? {} : { amountCents }),
    }));
  }

  private issue(reference: string, amountCents: string, how?: Misbehaviour): Answer {
    const known = this.payments.get(reference);
    if (known?.state === 'void') return { status: 409, body: { reference, error: 'void' } };
    if (known !== undefined && known.amountCents !== amountCents) {
      return { status: 409, body: { reference, error: 'other-amount' } };
    }
    if (known?.state === 'pending') return told(reference, known);
    if (known === undefined || known.state === 'late') {
      const payment = known ?? fresh(amountCents);
      this.payments.set(reference, payment);
      if (how === 'not-found-then-posts' && known === undefined) payment.state = 'late';
      else if (how === 'pending-then-settles') payment.state = 'pending';
      else if (how === 'void-at-once') payment.state = 'void';
      else this.settle(reference, payment);
      payment.isSecretLost = how === 'without-secret';
      if (how === 'void-at-once') return { status: 409, body: { reference, error: 'void' } };
    }
    return told(reference, this.payments.get(reference), how === 'conflict-applied-before' ? 409 : 200);
  }

  private settle(reference: string, payment: Payment): void {
    payment.state = 'issued';
    this.journal.push({ kind: 'issued', reference, amountCents: payment.amountCents });
  }
}

function fresh(amountCents: string): Payment {
  const code = randomBytes(6).toString('hex').toUpperCase();
  return {
    state: 'issued',
    amountCents,
    code: `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`,
    isSecretLost: false,
  };
}

function told(reference: string, payment: Payment | undefined, status = 200): Answer {
  if (payment === undefined || payment.state === 'late')
    return { status: 200, body: { reference, state: 'not-found' } };
  const { state, amountCents, code, isSecretLost } = payment;
  const isCodeTold = state === 'issued' && !isSecretLost;
  return { status, body: { reference, state, amountCents, ...(isCodeTold ? { code } : {}) } };
}

function deliver(reply: ServerResponse, answer: Answer, how?: Misbehaviour): void {
  const { reference, amountCents } = answer.body;
  switch (how) {
    case 'error-before':
    case 'error-after':
      return send(reply, { status: 500, body: {} });
    case 'reset': {
      const text = JSON.stringify(answer.body);
      reply.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
      reply.write(text.slice(0, 10), () => reply.socket?.resetAndDestroy());
      return;
    }
    case 'truncated':
      reply.writeHead(200, { 'content-type': 'application/json' });
      reply.end(JSON.stringify(answer.body).slice(0, 12));
      return;
    case 'other-amount':
      return send(reply, { ...answer, body: { ...answer.body, amountCents: String(Number(amountCents) + 100) } });
    case 'other-reference':
      return send(reply, { ...answer, body: { ...answer.body, reference: `x${String(reference).slice(1)}` } });
    case 'reply-lost':
    case 'not-found-then-posts':
    case 'without-secret':
    case 'pending-then-settles':
    case 'conflict-applied-before':
    case 'void-at-once':
    case undefined:
      return send(reply, answer);
  }
}

function send(reply: ServerResponse, { status, body }: Answer): void {
  reply.writeHead(status, { 'content-type': 'application/json' });
  reply.end(JSON.stringify(body));
}
