import type { RailCall, RailReply } from './domain/rail.js';

export interface RailRequest {
  readonly call: RailCall;
  readonly reference: string;
  readonly amountCents: bigint;
}

/** A way to hand out money. What it does not know for certain it calls `lost`. */
export interface Rail {
  send(request: RailRequest): Promise<RailReply>;
}

const TIMEOUT_MS = 5_000;

const paths: Readonly<Record<RailCall, string>> = {
  issue: '/cash/codes',
  inquire: '/cash/inquiries',
  void: '/cash/voids',
};

/** The partner that pays out against a one-time code. References travel in bodies, never in addresses. */
export class CashCodeRail implements Rail {
  constructor(private readonly url: string) {}

  async send({ call, reference, amountCents }: RailRequest): Promise<RailReply> {
    try {
      const answer = await fetch(`${this.url}${paths[call]}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(call === 'issue' ? { reference, amountCents: String(amountCents) } : { reference }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return replyOf(answer.status, await answer.json());
    } catch {
      // No answer, half an answer, or something that is none: nobody knows what has been done.
      return { type: 'lost' };
    }
  }
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
