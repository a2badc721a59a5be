import fc from 'fast-check';
import type { RailReply } from '../src/domain/rail.js';

/** A city of four households, two funds and a partner, as a test plays it. */
export type Operation =
  | { readonly type: 'payout'; readonly who: number; readonly payoutMethod: PayoutMethod; readonly isPresent: boolean }
  | {
      readonly type: 'grant';
      readonly who: number;
      readonly kind: 'rapid' | 'standard';
      readonly cents: number;
      readonly tier: number;
    }
  | { readonly type: 'cancel'; readonly who: number; readonly kind: 'rapid' | 'standard' }
  | {
      readonly type: 'change';
      readonly who: number;
      readonly n: number;
      readonly payoutMethod: PayoutMethod;
      readonly isWhole: boolean;
      readonly isPresent: boolean;
    }
  | { readonly type: 'withdraw'; readonly who: number; readonly n: number }
  | { readonly type: 'presence'; readonly who: number; readonly n: number }
  | { readonly type: 'release'; readonly who: number; readonly kind: 'rapid' | 'standard' }
  | { readonly type: 'send'; readonly who: number; readonly kind: 'rapid' | 'standard'; readonly line: Line }
  | { readonly type: 'collect'; readonly who: number }
  | { readonly type: 'retry' }
  | { readonly type: 'hour' }
  | { readonly type: 'days'; readonly days: number }
  | { readonly type: 'late-post' };

type PayoutMethod = 'CASH' | 'CARD';
export type Line =
  'whole' | 'lost' | 'lost-before' | 'crash' | 'other-amount' | 'other-reference' | 'late' | 'without-code' | 'void';

export const HOUSEHOLDS = 4;
const n = fc.integer({ min: 1, max: 40 });
const who = fc.integer({ min: 0, max: HOUSEHOLDS - 1 });
const kind = fc.constantFrom('rapid' as const, 'standard' as const);
const payoutMethod = fc.constantFrom<PayoutMethod>('CASH', 'CASH', 'CARD');
const line = fc.constantFrom<Line>(
  'whole',
  'whole',
  'lost',
  'lost-before',
  'crash',
  'other-amount',
  'other-reference',
  'late',
  'without-code',
  'void',
);

export const operations: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('payout' as const),
      who,
      payoutMethod: payoutMethod,
      isPresent: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('grant' as const),
      who,
      kind,
      cents: fc.constantFrom(25_000, 45_000, 85_000, 125_000, 350_000),
      tier: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), who, kind }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('change' as const),
      who,
      n,
      payoutMethod: payoutMethod,
      isWhole: fc.boolean(),
      isPresent: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('withdraw' as const), who: fc.integer({ min: 0, max: 1 }), n }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('days' as const), days: fc.constantFrom(1, 8, 31, 61, 95) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('presence' as const), who, n }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('release' as const), who, kind }) },
  { weight: 12, arbitrary: fc.record({ type: fc.constant('send' as const), who, kind, line }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('collect' as const), who }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('retry' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('hour' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('late-post' as const) }) },
);

/** The partner's state of one reference. */
export interface Payment {
  state: 'issued' | 'late' | 'void' | 'collected';
  readonly amountCents: bigint;
  readonly instrument: string;
  isCodeTold: boolean;
}

export function told(reference: string, payment: Payment | undefined): RailReply {
  if (payment === undefined || payment.state === 'late') return { type: 'not-found' };
  const { state, amountCents, isCodeTold } = payment;
  if (state === 'void') return { type: 'void', reference };
  if (state === 'collected') return { type: 'collected', reference, amountCents };
  return { type: 'issued', reference, amountCents, code: isCodeTold ? 'CODE-CODE' : undefined };
}

export function falsified(reply: RailReply, how: Line): RailReply {
  if (how === 'other-reference' && 'reference' in reply) return { ...reply, reference: 'another' };
  if (how === 'other-amount' && 'amountCents' in reply) return { ...reply, amountCents: reply.amountCents + 100n };
  return reply;
}
