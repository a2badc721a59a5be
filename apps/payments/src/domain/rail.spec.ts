import { describe, expect, it } from '@jest/globals';
import type { InstrumentState } from './obligation.js';
import { callFor, outcomeOf, pauseAfter, type Asked, type RailReply } from './rail.js';

const asked = (state: InstrumentState, call: Asked['call'] = 'inquire'): Asked => ({
  call,
  state,
  inquireFirst: false,
  reference: 'ref-1',
  amountCents: 25_000n,
});
const issued: RailReply = { type: 'issued', reference: 'ref-1', amountCents: 25_000n, code: 'AAAA-BBBB' };

describe('the question to the partner', () => {
  it.each<[InstrumentState, boolean, string | undefined]>([
    ['intended', false, 'issue'],
    ['unknown', false, 'inquire'],
    ['unknown', true, 'void'],
    ['issued', false, 'inquire'],
    ['waiting-release', false, undefined],
    ['capped', false, undefined],
    ['collected', false, undefined],
    ['void', false, undefined],
    ['disputed', false, undefined],
  ])('for an instrument that is %s (code lost: %s): %s', (state, isSecretLost, call) => {
    expect(callFor({ state, isSecretLost, inquireFirst: false })).toBe(call);
  });

  it('about an intent that may have been sent before a restore is an inquiry', () => {
    expect(callFor({ state: 'intended', isSecretLost: false, inquireFirst: true })).toBe('inquire');
  });
});

describe('the outcome of the partner’s answer', () => {
  it.each<[string, Asked, RailReply, object]>([
    ['it was issued', asked('intended', 'issue'), issued, { type: 'issued', code: 'AAAA-BBBB' }],
    ['it had been issued', asked('unknown'), issued, { type: 'issued', code: 'AAAA-BBBB' }],
    ['it is still out', asked('issued'), issued, { type: 'unchanged' }],
    ['its code is not told again', asked('unknown'), { ...issued, code: undefined }, { type: 'secret-lost' }],
    ['another amount at once: ask', asked('intended', 'issue'), { ...issued, amountCents: 1n }, { type: 'unknown' }],
    ['another amount when asked', asked('unknown'), { ...issued, amountCents: 1n }, { type: 'contradiction' }],
    ['an answer about something else', asked('unknown'), { ...issued, reference: 'ref-2' }, { type: 'unknown' }],
    ['no answer', asked('intended', 'issue'), { type: 'lost' }, { type: 'unknown' }],
    ['no answer about a code that is out', asked('issued'), { type: 'lost' }, { type: 'unchanged' }],
    ['not settled', asked('unknown'), { type: 'pending' }, { type: 'unknown' }],
    ['never heard of it: the same reference again', asked('unknown'), { type: 'not-found' }, { type: 'send-again' }],
    ['never heard of a code that is out', asked('issued'), { type: 'not-found' }, { type: 'contradiction' }],
    ['void', asked('unknown'), { type: 'void', reference: 'ref-1' }, { type: 'definite-no' }],
    ['void of another', asked('unknown'), { type: 'void', reference: 'ref-2' }, { type: 'unknown' }],
    ['void, though the code is out', asked('issued'), { type: 'void', reference: 'ref-1' }, { type: 'contradiction' }],
    [
      'the reference has another amount',
      asked('intended', 'issue'),
      { type: 'other-amount' },
      { type: 'contradiction' },
    ],
    [
      'collected',
      asked('issued'),
      { type: 'collected', reference: 'ref-1', amountCents: 25_000n },
      { type: 'collected' },
    ],
    [
      'collected by a code that nobody was told',
      asked('unknown'),
      { type: 'collected', reference: 'ref-1', amountCents: 25_000n },
      { type: 'contradiction' },
    ],
    [
      'collected with another amount',
      asked('issued'),
      { type: 'collected', reference: 'ref-1', amountCents: 9n },
      { type: 'contradiction' },
    ],
  ])('%s', (_name, question, reply, outcome) => {
    expect(outcomeOf(question, reply)).toEqual(outcome);
  });

  it('pauses double, up to a minute', () => {
    expect([0, 1, 2, 6, 7, 50].map(pauseAfter)).toEqual([500, 1_000, 2_000, 32_000, 60_000, 60_000]);
  });
});
