import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '#libs/contracts';
import { sha256, toBase64url } from '#libs/sealing';
import type { Agreement } from '../domain/agree.js';
import type { LedgerStatus } from '../domain/anchor.js';
import type { Found } from '../domain/lift.js';
import { LedgerFreezeService } from './ledger-freeze.service.js';
import type { Reconciliation } from './reconciliation.service.js';

const found: Found = { asked: 9, adopted: 2, unanswered: 0, unmatched: 0, differing: 0, unfunded: 0 };
const status: LedgerStatus = {
  freeze: 'books-older-than-anchor',
  anchored: { seq: 41n, hash: 'A'.repeat(43) },
  inquireFirst: false,
};
const last: Reconciliation = { found, open: ['ref-1', 'ref-2'] };

interface Frozen {
  readonly status: LedgerStatus;
  readonly last: Reconciliation;
}

/** The service over a ledger that is told, with a record of what it did. */
function frozen({ status: told, last: known }: Frozen) {
  const did: (readonly [what: string, ...unknown[]])[] = [];
  let proposal: Agreement | undefined;
  const note =
    (what: string) =>
    (...rest: readonly unknown[]): Promise<void> =>
      Promise.resolve(void did.push([what, ...rest.filter((each) => each !== TX)]));
  const TX = { query: () => Promise.reject(new Error('no statements here')) };
  const parts = {
    transactions: { run: (work: (unit: object) => unknown) => work({ tx: TX }) },
    freezes: { end: note('freezes ended') },
    proposals: {
      find: () => Promise.resolve(proposal),
      propose: (_tx: unknown, _about: string, { digest, person }: Agreement) => {
        proposal = { digest, person };
        return Promise.resolve();
      },
      end: note('proposal ended'),
    },
    chain: {
      head: () => Promise.resolve({ seq: 50n, hash: 'H' }),
      lock: () => Promise.resolve({ seq: 50n, hash: new Uint8Array(32) }),
      record: note('recorded'),
    },
    anchor: {
      status: () => Promise.resolve(told),
      alone: (work: () => unknown) => work(),
      moveAfterLift: note('anchor moved'),
    },
    clock: { now: () => new Date('2026-11-30T13:14:15Z') },
    audit: { record: note('audited') },
  };
  const { transactions, freezes, proposals, chain, anchor, clock, audit } = parts as unknown as Record<string, never>;
  const service = new LedgerFreezeService(
    transactions as never,
    freezes as never,
    proposals as never,
    chain as never,
    anchor as never,
    clock as never,
    audit as never,
  );
  service.remember(known);
  return { service, did };
}

const digestOf = async (state: Frozen): Promise<string | null> => (await frozen(state).service.view()).digest;

/** Every part of what two people agree to, changed once. */
const changes: Readonly<Record<string, Frozen>> = {
  'the position of the anchor': { last, status: { ...status, anchored: { ...status.anchored, seq: 42n } } },
  'the hash of the anchor': { last, status: { ...status, anchored: { ...status.anchored, hash: 'B'.repeat(43) } } },
  'a question without an answer': { status, last: { ...last, found: { ...found, unanswered: 1 } } },
  'a payment that no fund can pay': { status, last: { ...last, found: { ...found, unfunded: 1 } } },
  'a payment that no grant explains': { status, last: { ...last, found: { ...found, unmatched: 1 } } },
  'a payment about which both differ': { status, last: { ...last, found: { ...found, differing: 1 } } },
  'another reference in place of one': { status, last: { ...last, open: ['ref-1', 'ref-3'] } },
  'one reference less': { status, last: { ...last, open: ['ref-1'] } },
  'one reference more': { status, last: { ...last, open: ['ref-1', 'ref-2', 'ref-3'] } },
};

/** What changes while people look, without being what they agree to. */
const others: Readonly<Record<string, Frozen>> = {
  'the number of questions': { status, last: { ...last, found: { ...found, asked: 10 } } },
  'the number of adopted payments': { status, last: { ...last, found: { ...found, adopted: 3 } } },
  'the reason': { last, status: { ...status, freeze: 'anchor-missing' } },
  'the days of inquiry': { last, status: { ...status, inquireFirst: true } },
};

const wish = (digest: string, person: string) => ({ digest, person, isAccepted: true });
const act = { operation: 'lift', person: 'somebody' } as never;

describe('the digest that two people agree to', () => {
  it('is made of exactly these parts', async () => {
    const { unanswered, unfunded, unmatched, differing } = found;
    const parts = { unanswered, unfunded, unmatched, differing, open: ['ref-1', 'ref-2'] };
    const text = canonicalJson({ seq: '41', hash: 'A'.repeat(43), ...parts });
    expect(await digestOf({ status, last })).toBe(toBase64url(sha256(Buffer.from(text))));
  });

  it.each(Object.entries(changes))('changes with %s', async (_what, changed) => {
    expect(await digestOf(changed)).not.toBe(await digestOf({ status, last }));
  });

  it('tells all of these changes apart', async () => {
    const all = await Promise.all([{ status, last }, ...Object.values(changes)].map(digestOf));
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(Object.entries(others))('stays the same with %s', async (_what, changed) => {
    expect(await digestOf(changed)).toBe(await digestOf({ status, last }));
  });

  it('is none without a freeze or a comparison', async () => {
    expect(await digestOf({ last, status: { ...status, freeze: undefined } })).toBeNull();
    const { service } = frozen({ status, last });
    service.remember(undefined);
    expect((await service.view()).digest).toBeNull();
  });
});

describe('an agreement', () => {
  it.each(Object.entries(changes))('to what was so before %s does nothing', async (_what, changed) => {
    const before = (await digestOf({ status, last })) ?? '';
    const { service, did } = frozen(changed);
    for (const person of ['first', 'second'])
      expect(await service.agree(wish(before, person), act)).toEqual({ outcome: 'refused', reason: 'not-now' });
    expect(did).toEqual([]);
  });

  it('of a second person lifts the freeze once, and records everything that was found, and both people', async () => {
    const { service, did } = frozen({ status, last });
    const digest = (await service.view()).digest ?? '';
    expect(await service.agree(wish(digest, 'first'), act)).toEqual({ outcome: 'counted' });
    expect(await service.agree(wish(digest, 'first'), act)).toEqual({ outcome: 'refused', reason: 'same-person' });
    expect(await service.agree(wish(digest, 'second'), act)).toEqual({ outcome: 'lifted' });
    const [counted, ended, freezes, recorded, lifted, moved, ...more] = did;
    expect([counted, lifted]).toEqual([
      ['audited', act],
      ['audited', act],
    ]);
    expect([ended?.[0], freezes?.[0], recorded?.[0], more]).toEqual([
      'proposal ended',
      'freezes ended',
      'recorded',
      [],
    ]);
    expect(recorded?.[2]).toMatchObject({
      kind: 'freeze-lifted',
      day: '2026-11-30',
      detail: {
        reason: 'books-older-than-anchor',
        fromSeq: '41',
        fromHash: 'A'.repeat(43),
        headSeq: '50',
        people: ['first', 'second'],
        ...found,
      },
    });
    expect(moved).toEqual(['anchor moved', status.anchored]);
    expect(await service.agree(wish(digest, 'third'), act)).toEqual({ outcome: 'refused', reason: 'not-now' });
  });
});
