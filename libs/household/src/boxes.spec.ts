import { describe, expect, it } from '@jest/globals';

import { statusOf } from './boxes.js';

describe('the boxes of a household', () => {
  it('are never silent', () => {
    const message = {
      status: 'received',
      version: 1,
      reasons: [],
      lastDay: '2026-11-10',
      highestRequest: 0,
      ready: [],
    } as never;
    expect(statusOf({}, '2026-11-02')).toBe('nothing-arrived');
    expect(statusOf({ intake: message }, '2026-11-10')).toBe('received');
    expect(statusOf({ intake: message }, '2026-11-11')).toBe('apply-again');
    const approved = { ...(message as object), status: 'approved' } as never;
    expect(statusOf({ intake: message, eligibility: approved }, '2026-11-10')).toBe('approved');
    expect(statusOf({ intake: message, eligibility: approved }, '2026-11-11')).toBe('tell-us-how-to-pay');
    const ready = { ...(message as object), status: 'ready-to-collect' } as never;
    expect(statusOf({ eligibility: approved, payments: ready }, '2026-11-11')).toBe('ready-to-collect');
    // On every later day too, whenever the household looks.
    for (const later of ['2026-11-12', '2026-11-13', '2026-11-20', '2026-12-11', '2027-11-11', '2036-01-01']) {
      expect(statusOf({ intake: message }, later)).toBe('apply-again');
      expect(statusOf({ intake: message, eligibility: approved }, later)).toBe('tell-us-how-to-pay');
      expect(statusOf({ eligibility: approved, payments: ready }, later)).toBe('ready-to-collect');
    }
    for (const earlier of ['2026-11-09', '2026-11-02', '2026-01-01'])
      expect(statusOf({ intake: message }, earlier)).toBe('received');
    const word = (status: string) => ({ ...(message as object), status }) as never;
    // Payments has seen the household and has nothing to pay yet.
    expect(statusOf({ eligibility: approved, payments: message }, '2026-11-11')).toBe('approved');
    expect(statusOf({ eligibility: word('come-and-confirm') }, '2026-11-11')).toBe('come-and-confirm');
    const forPerson = { eligibility: word('ask-a-person'), payments: word('come-and-confirm') };
    expect(statusOf(forPerson, '2026-11-11')).toBe('ask-a-person');
  });
});
