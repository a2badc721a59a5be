import { describe, expect, it } from '@jest/globals';
import { ordersOf } from '#libs/bus/testing';
import { family as facts } from './facts.js';
import { bySize as policy } from './policies.js';
import { enter, type CaseEntry, type CaseFile } from '../src/domain/case-file.js';
import type { CaseCommand, CaseEvent } from '../src/domain/case.js';

const day = 20_775;
const around = { tokensShared: 0, contactShared: 0, isSampled: false };
const keys = { receiptKey: 'key', paymentsHandle: 'payments', linkToken: 'link' };
const unknown: CaseEntry = {
  command: { type: 'submit-unknown', isSeen: true },
  day,
  application: { keys, areaName: '', tokens: {} },
};
const known: CaseEntry = {
  command: { type: 'submit', day, facts, around, isSeen: true },
  day,
  application: { keys, areaName: 'East', tokens: { dwelling: 1 } },
};
const asked = (command: CaseCommand): CaseEntry => ({ command, day });
const evidence = (n: number): CaseEntry => asked({ type: 'show-evidence', n, evidenceClass: 'R1' });
const unknownEvidence = (n: number): CaseEntry => asked({ type: 'show-unknown-evidence', n });

function given(...entries: readonly CaseEntry[]): { file: CaseFile; events: readonly CaseEvent[] } {
  let file: CaseFile | undefined;
  const events: CaseEvent[] = [];
  for (const entry of entries) {
    const entered = enter(file, entry, policy, day * 86_400_000);
    file = entered?.file;
    events.push(...(entered?.events ?? []));
  }
  return { file: file as CaseFile, events };
}

const boxOf = (events: readonly CaseEvent[]) => {
  const last = events.findLast((event) => event.type === 'outcome');
  return { status: last?.status, reasons: last?.reasons, highestRequest: last?.highestRequest };
};

describe('an application with a code that the city does not know', () => {
  it('is answered with a person who will help, and leaves only the keys to answer', () => {
    const { file, events } = given(unknown);
    expect(boxOf(events)).toEqual({ status: 'ask-a-person', reasons: [], highestRequest: 0 });
    expect(events.map(({ type }) => type)).toEqual(['outcome', 'notice']);
    expect(file).toMatchObject({ keys, areaName: '', tokens: {}, state: { submitted: undefined } });
  });

  it('can be withdrawn, and its requests are counted, in every order', () => {
    for (const order of ordersOf([unknown, asked({ type: 'appeal', n: 1 }), unknownEvidence(2)])) {
      expect(boxOf(given(...order).events)).toEqual({ status: 'ask-a-person', reasons: [], highestRequest: 2 });
    }
    for (const order of ordersOf([unknown, evidence(1), asked({ type: 'withdraw', n: 2 })])) {
      expect(boxOf(given(...order).events)).toEqual({ status: 'closed', reasons: ['withdrawn'], highestRequest: 2 });
    }
  });

  it('gives way to a good one under the same keys, in either order', () => {
    for (const order of ordersOf([unknown, known])) {
      const { file, events } = given(...order);
      expect(boxOf(events).status).toBe('approved');
      expect(file).toMatchObject({ areaName: 'East', tokens: { dwelling: 1 } });
    }
  });
});

describe('evidence of a class that the city does not know', () => {
  it('leaves what was granted, and says that a person will help', () => {
    const { events } = given(known, unknownEvidence(1));
    expect(boxOf(events)).toEqual({
      status: 'approved',
      reasons: ['show-where-you-live-for-more', 'ask-a-person'],
      highestRequest: 1,
    });
  });

  it('sends to a person a household that has to show something', () => {
    const withoutRapid = { ...policy, rapidCents: undefined };
    const shown = [known, unknownEvidence(1)].reduce<CaseFile | undefined>(
      (file, entry) => enter(file, entry, withoutRapid, 1_000)?.file,
      undefined,
    );
    expect(shown?.state.announced.status).toBe('ask-a-person');
  });

  it('is forgotten as soon as good evidence with a higher number comes, in every order', () => {
    for (const order of ordersOf([known, unknownEvidence(1), evidence(2)])) {
      expect(boxOf(given(...order).events)).toEqual({ status: 'approved', reasons: [], highestRequest: 2 });
    }
    for (const order of ordersOf([known, unknownEvidence(2), evidence(1)])) {
      expect(boxOf(given(...order).events).reasons).toEqual(['ask-a-person']);
    }
  });
});
