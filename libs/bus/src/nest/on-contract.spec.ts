import { describe, expect, it } from '@jest/globals';

import { contactGiven, contactSlice, grantCancelled, payoutChosen, payoutSlice } from '#libs/contracts';
import { toBase64url } from '#libs/sealing';

import type { Handled } from '../consume/handlers.js';
import type { OpenedSlice, SliceOpener } from '../consume/open-slice.js';
import { handlersFor, type BatchContext, type Outcome, type SliceDelivery } from './on-contract.js';

const on = handlersFor('payments');
const unit = { tx: { query: () => Promise.resolve({ rows: [], rowCount: 0 }) }, publish: () => undefined };
const householdRef = new Uint8Array(32).fill(7);

const openSlice = ((_contract, { day, sealed }): OpenedSlice<object> =>
  sealed === 'bad'
    ? { ok: false, code: 'slice-not-signed' }
    : { ok: true, payload: { sealed, day }, householdRef }) as SliceOpener;

type Choice = SliceDelivery<typeof payoutChosen, typeof payoutSlice>;
type Results = Promise<readonly Handled[]>;

class Choices {
  readonly seen: unknown[] = [];
  answers: readonly Handled[] = [];

  @on.slice(payoutChosen, payoutSlice)
  chosen(deliveries: readonly Choice[], context: BatchContext<'payments'>): Results {
    this.seen.push({ deliveries, context });
    return Promise.resolve(this.answers);
  }
}

/** Misuse that must not compile is tested, too. */
export class Mistakes {
  // @ts-expect-error -- a contract to another service
  @on.slice(contactGiven, contactSlice)
  wrongService(): Results {
    return Promise.resolve([]);
  }
}

const batch = (...sealed: string[]) =>
  sealed.map((text) => ({ day: '2026-11-02', payload: { sealed: text, lane: 'kiosk' } }));

async function handled(choices: Choices, ...sealed: string[]): Promise<Outcome> {
  const method = choices.chosen as unknown as (...args: unknown[]) => Promise<Outcome>;
  return method.call(choices, batch(...sealed), { unit, openSlice });
}

describe('a handler of slices', () => {
  it('is given what opens; what does not is parked under its code, each in its place', async () => {
    const choices = new Choices();
    choices.answers = [{ status: 'done' }, { status: 'park', code: 'way-unknown' }];
    expect(await handled(choices, 'bad', 'a', 'bad', 'b')).toEqual({
      ok: true,
      results: [
        { status: 'park', code: 'slice-not-signed' },
        { status: 'done' },
        { status: 'park', code: 'slice-not-signed' },
        { status: 'park', code: 'way-unknown' },
      ],
    });
    const day = '2026-11-02';
    const household = toBase64url(householdRef);
    const delivery = (sealed: string) => ({
      payload: { sealed, lane: 'kiosk' },
      day,
      slice: { sealed, day },
      household,
    });
    expect(choices.seen).toEqual([{ deliveries: [delivery('a'), delivery('b')], context: { unit } }]);
  });

  it('is not called for a batch of which nothing opens', async () => {
    const choices = new Choices();
    expect(await handled(choices, 'bad')).toEqual({
      ok: true,
      results: [{ status: 'park', code: 'slice-not-signed' }],
    });
    expect(choices.seen).toEqual([]);
  });

  it('answers each slice that it is given', async () => {
    expect(await handled(new Choices(), 'a', 'bad')).toMatchObject({ ok: false, error: { code: 'wrong-results' } });
  });

  it('takes a slice to the service that its contract names', () => {
    expect(() => on.slice(payoutChosen, contactSlice)).toThrow(expect.objectContaining({ code: 'foreign-contract' }));
    // @ts-expect-error -- a contract whose messages carry no slice
    expect(on.slice(grantCancelled, payoutSlice)).toBeInstanceOf(Function);
  });
});
