import type { RailCall, RailReply, StatementItem } from '../../domain/rail.js';
import { Rail, type RailRequest } from '../rail.adapter.js';

const TIMEOUT_MS = 5_000;

const paths: Readonly<Record<RailCall, string>> = {
  issue: '/cash/codes',
  inquire: '/cash/inquiries',
  void: '/cash/voids',
};

/** The partner that pays cash for a one-time code. References are sent in bodies, never in addresses. */
export class CashCodeRail extends Rail {
  override readonly payoutMethod = 'CASH';

  constructor(private readonly url: string) {
    super();
  }

  async statement(): Promise<readonly StatementItem[] | undefined> {
    const all: StatementItem[] = [];
    try {
      for (let after: string | null = '0'; after !== null;) {
        const { items, next } = (await this.post('/cash/statements', { after })).body as Statement;
        if (next !== null && BigInt(next) <= BigInt(after)) return undefined;
        for (const { reference, state, amountCents } of items) {
          all.push({ reference, state, amountCents: amountCents === undefined ? undefined : BigInt(amountCents) });
        }
        after = next;
      }
      return all;
    } catch {
      return undefined;
    }
  }

  async send({ call, reference, amountCents }: RailRequest): Promise<RailReply> {
    try {
      const content = call === 'issue' ? { reference, amountCents: String(amountCents) } : { reference };
      const { status, body } = await this.post(paths[call], content);
      return replyOf(status, body);
    } catch {
      // The answer is missing, incomplete or malformed, so the outcome is unknown.
      return { type: 'lost' };
    }
  }

  private async post(path: string, content: object): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: answer.status, body: await answer.json() };
  }
}

interface Statement {
  readonly items: readonly { readonly reference: string; readonly state: string; readonly amountCents?: string }[];
  readonly next: string | null;
}

function replyOf(status: number, body: unknown): RailReply {
  const { reference, state, amountCents, code, error } = (body ?? {}) as Record<string, unknown>;
  if (status === 409) {
    if (error === 'other-amount') return { type: 'other-amount' };
    if (error === 'void' && typeof reference === 'string') return { type: 'void', reference };
  }
  if (status !== 200 && status !== 409) return { type: 'lost' };
  if (typeof reference !== 'string') return { type: 'lost' };
  const amount =
    typeof amountCents === 'string' && /^[1-9]\d{0,7}$/.test(amountCents) ? BigInt(amountCents) : undefined;
  switch (state) {
    case 'issued': {
      const known = typeof code === 'string' && /^[A-Z0-9-]{6,32}$/.test(code) ? code : undefined;
      return amount === undefined ? { type: 'lost' } : { type: 'issued', reference, amountCents: amount, code: known };
    }
    case 'collected':
      return amount === undefined ? { type: 'lost' } : { type: 'collected', reference, amountCents: amount };
    case 'void':
      return { type: 'void', reference };
    case 'not-found':
      return { type: 'not-found' };
    case 'pending':
      return { type: 'pending' };
    default:
      return { type: 'lost' };
  }
}
