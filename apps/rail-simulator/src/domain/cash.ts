import type { Behaviour } from './behaviour.js';
import type { Answer, CashEntry } from './entry.js';

/** The partner's knowledge of one reference. */
export interface Payment {
  readonly state: 'issued' | 'delayed' | 'pending' | 'void' | 'collected';
  readonly amountCents: string | undefined;
  readonly code: string | undefined;
  /** The code was sent once, on a connection that broke, and is not sent again. */
  readonly isSecretLost: boolean;
}

export interface Decision {
  readonly entries: readonly CashEntry[];
  readonly answer: Answer;
}

/** Applies a journal entry to a payment. The store applies the whole journal with it. */
export function evolve(payment: Payment | undefined, entry: CashEntry): Payment {
  const known = payment ?? { state: 'void', amountCents: undefined, code: undefined, isSecretLost: false };
  switch (entry.kind) {
    case 'cash-issued':
      return { ...known, state: 'issued', amountCents: entry.amountCents, code: entry.code };
    case 'cash-delayed':
      return { ...known, state: 'delayed', amountCents: entry.amountCents, code: entry.code };
    case 'cash-pending':
      return { ...known, state: 'pending', amountCents: entry.amountCents };
    case 'cash-secret-lost':
      return { ...known, isSecretLost: true };
    case 'cash-void':
      return { ...known, state: 'void' };
    case 'cash-collected':
      return { ...known, state: 'collected' };
  }
}

export interface IssueRequest {
  readonly reference: string;
  readonly amountCents: string;
  /** An unused code, in case one is needed. */
  readonly code: string;
  readonly behaviour: Behaviour;
  readonly nowMs: number;
}

/** Issues a code once per reference. A repetition gets the same answer again. */
export function issue(payment: Payment | undefined, request: IssueRequest): Decision {
  const { reference, amountCents, code, behaviour, nowMs } = request;
  const { mode, delayMs } = behaviour;
  if (payment?.state === 'void') return refused(reference, 'void');
  if (payment !== undefined && payment.amountCents !== amountCents) return refused(reference, 'other-amount');
  if (payment?.state === 'pending' || (payment === undefined && mode === 'never-settles')) {
    const entries: readonly CashEntry[] =
      payment === undefined ? [{ kind: 'cash-pending', reference, amountCents }] : [];
    return { entries, answer: { status: 200, body: { reference, amountCents, state: 'pending' } } };
  }
  if (payment === undefined && mode === 'not-found-then-posts') {
    const entry: CashEntry = { kind: 'cash-delayed', reference, amountCents, code, postsAtMs: nowMs + delayMs };
    return { entries: [entry], answer: told(reference, evolve(payment, entry)) };
  }
  const entries: CashEntry[] = [];
  // A repetition while the first call is delayed issues the payment now, under the code that was made for it.
  if (payment === undefined || payment.state === 'delayed') {
    entries.push({ kind: 'cash-issued', reference, amountCents, code: payment?.code ?? code });
  }
  if (payment === undefined && mode === 'inquiry-without-secret') entries.push({ kind: 'cash-secret-lost', reference });
  const after = entries.reduce<Payment | undefined>(evolve, payment);
  return { entries, answer: told(reference, after) };
}

/** Reports the state of a reference and changes nothing. */
export function inquire(payment: Payment | undefined, reference: string, { mode }: Behaviour): Answer {
  const shown =
    payment !== undefined && mode === 'inquiry-without-secret' ? { ...payment, isSecretLost: true } : payment;
  return told(reference, shown);
}

const STATEMENT_ITEMS = 500;

/** One page of all payments of this customer, in the order of their first call. */
export function statement(payments: ReadonlyMap<string, Payment>, after: number): Answer {
  const page = [...payments].slice(after, after + STATEMENT_ITEMS);
  const items = page
    .filter(([, { state }]) => state !== 'delayed')
    .map(([reference, { state, amountCents }]) => ({
      reference,
      state,
      ...(amountCents === undefined ? {} : { amountCents }),
    }));
  const next = after + page.length < payments.size ? String(after + page.length) : null;
  return { status: 200, body: { items, next } };
}

/**
 * Voids a reference, even one that never arrived: it can never be issued afterwards. Collected money stays collected.
 */
export function voidPayment(payment: Payment | undefined, reference: string): Decision {
  if (payment?.state === 'collected' || payment?.state === 'pending') {
    const { status, body } = told(reference, payment);
    return { entries: [], answer: { status: status === 200 ? 409 : status, body: { ...body, error: payment.state } } };
  }
  const entries: readonly CashEntry[] = payment?.state === 'void' ? [] : [{ kind: 'cash-void', reference }];
  return { entries, answer: { status: 200, body: { reference, state: 'void' } } };
}

/** A person shows a code at the counter. A code pays once. */
export function collect(payment: Payment | undefined, reference: string): Decision {
  if (payment === undefined) return { entries: [], answer: { status: 404, body: { error: 'unknown-code' } } };
  if (payment.state !== 'issued') {
    return { entries: [], answer: { status: 409, body: { error: payment.state } } };
  }
  const { amountCents } = payment;
  return {
    entries: [{ kind: 'cash-collected', reference }],
    answer: { status: 200, body: { reference, state: 'collected', amountCents } },
  };
}

function told(reference: string, payment: Payment | undefined): Answer {
  if (payment === undefined || payment.state === 'delayed') {
    return { status: 200, body: { reference, state: 'not-found' } };
  }
  const { state, amountCents, code, isSecretLost } = payment;
  const body = {
    reference,
    state,
    ...(amountCents === undefined ? {} : { amountCents }),
    ...(code === undefined || isSecretLost || state === 'void' ? {} : { code }),
  };
  return { status: 200, body };
}

function refused(reference: string, error: string): Decision {
  return { entries: [], answer: { status: 409, body: { reference, error } } };
}

/** The body of an answer with the errors that the mode asks for. */
export function falsified(body: Answer['body'], { mode }: Behaviour): Answer['body'] {
  const { reference, amountCents } = body;
  if (mode === 'other-reference' && typeof reference === 'string') {
    return { ...body, reference: `${reference.startsWith('x') ? 'y' : 'x'}${reference.slice(1)}` };
  }
  if (mode === 'other-amount' && typeof amountCents === 'string') {
    return { ...body, amountCents: String(BigInt(amountCents) + 100n) };
  }
  return body;
}
