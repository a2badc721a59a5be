import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeaseHolder } from '#libs/records';
import { HealthChecks, OneByOne, type CityProfile } from '#libs/service';
import {
  contentFault,
  faultyBatches,
  MemoryTransactions,
  type FaultyBatch,
} from '../../../test/support/faulty-batches.js';
import type { ContactService } from '../src/contact.service.js';
import type { Pseudonyms } from '../src/pseudonyms.js';
import type { DueText, TextRepository } from '../src/text.repository.js';
import { TextService } from '../src/text.service.js';

const clock = { now: () => new Date('2026-11-25T12:30:00Z') };

type Add = (...entries: readonly string[]) => void;
type Transactions = ConstructorParameters<typeof TextService>[0];

const textOf = (item: number): DueText => ({
  value: Buffer.alloc(40),
  body: { householdRef: String(item), from: 'payments', version: 1, day: 20_782 },
});

function textsOf({ faulty }: FaultyBatch) {
  const store = new MemoryTransactions<string>();
  const run = <T>(work: (unit: { readonly tx: Add }) => Promise<T>): Promise<T> =>
    store.run((add) => work({ tx: add }));
  const named = (word: string) => (tx: Add, texts: readonly DueText[]) =>
    Promise.resolve(tx(...texts.map(({ body }) => `${word} ${body.householdRef}`)));
  const texts = { finish: named('ended'), postpone: named('later') } as unknown as TextRepository;
  const contacts = {
    lock: async (_: Add, refs: readonly string[]) => {
      await Promise.resolve();
      if (refs.some((ref) => faulty.has(Number(ref)))) throw contentFault;
      return new Map();
    },
    save: () => Promise.resolve(),
    agingDay: () => Promise.resolve('2026-11-25'),
  } as unknown as ContactService;
  const city = { profile: { messages: { maxPerCase: 6 } } } as unknown as CityProfile;
  const items = new OneByOne({ write: () => undefined }, clock, new HealthChecks());
  const service = new TextService(
    { run } as unknown as Transactions,
    texts,
    contacts,
    {} as LeaseHolder,
    {} as Pseudonyms,
    clock,
    city,
    items,
  );
  return { store, service };
}

describe('one to five texts whose contact fails, in 10,000 batches', () => {
  it('wait for an hour, and each other text is done', async () => {
    await fc.assert(
      fc.asyncProperty(faultyBatches(16), async (batch) => {
        const { store, service } = textsOf(batch);
        const { dropped } = await service.commit(batch.items.map(textOf));
        expect(dropped).toHaveLength(batch.good.length);
        const line = (item: number): string => `${batch.faulty.has(item) ? 'later' : 'ended'} ${item}`;
        expect(store.committed.toSorted()).toEqual(batch.items.map(line).toSorted());
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);

  it('are not sent again after the carrier has accepted them', async () => {
    await fc.assert(
      fc.asyncProperty(faultyBatches(16), async (batch) => {
        const { store, service } = textsOf(batch);
        await service.complete(
          batch.items.map((item) => ({
            text: { work: textOf(item), reference: '', to: '', text: '' },
            isOver: item % 2 === 0,
          })),
        );
        const line = (item: number): string => `${item % 2 === 0 ? 'ended' : 'later'} ${item}`;
        expect(store.committed.toSorted()).toEqual(batch.items.map(line).toSorted());
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);
});
