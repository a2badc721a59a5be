import { describe, expect, it } from '@jest/globals';

import type { AnchorService } from './anchor.service.js';
import type { BookFigures, BooksRepository } from './books.repository.js';
import { BooksService } from './books.service.js';

/** The service over a ledger whose scan takes as long as it is told. */
function serviceOver(scan: () => Promise<void>) {
  const state = { scans: 0, freeze: undefined as string | undefined };
  const books = {
    read: async (): Promise<BookFigures> => {
      state.scans += 1;
      const obligations = { open: state.scans };
      await scan();
      return { balanced: true, checks: {}, accounts: {}, instruments: {}, obligations };
    },
  } as unknown as BooksRepository;
  const transactions = { run: (work: (unit: object) => unknown) => work({}) } as never;
  const anchor = {
    get freezeReason() {
      return state.freeze;
    },
  } as AnchorService;
  const clock = { now: () => new Date('2026-11-30T13:14:15Z') };
  return { state, service: new BooksService(transactions, books, anchor, clock) };
}

const takes = (ms: number) => (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the books for readers', () => {
  it('are scanned once for everybody who asks at the same time, and kept', async () => {
    const { state, service } = serviceOver(takes(30));
    const answers = await Promise.all(Array.from({ length: 200 }, () => service.readKept()));
    expect(new Set(answers.map(({ obligations }) => obligations['open']))).toEqual(new Set([1]));
    await service.readKept();
    expect(state.scans).toBe(1);
  });

  it('say the hour in which they were read, and no finer time', async () => {
    const { service } = serviceOver(takes(0));
    expect(Object.entries(await service.readKept()).filter(([, value]) => typeof value === 'string')).toEqual([
      ['hour', '2026-11-30T13'],
    ]);
  });

  it('are scanned again after a rest of twenty times a scan', async () => {
    const { state, service } = serviceOver(takes(10));
    await service.readKept();
    const began = performance.now();
    while (state.scans === 1) {
      await service.readKept();
      await takes(2)();
    }
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  it('show the present freeze beside kept figures', async () => {
    const { state, service } = serviceOver(takes(50));
    expect((await service.readKept()).freeze).toBeNull();
    state.freeze = 'anchor-missing';
    expect((await service.readKept()).freeze).toBe('anchor-missing');
    expect(state.scans).toBe(1);
  });

  it('are tried again by the next reader after a failure', async () => {
    const answers = [Promise.reject(new Error('away')), Promise.resolve()];
    const { state, service } = serviceOver(() => answers.shift() ?? Promise.resolve());
    await expect(service.readKept()).rejects.toThrow('away');
    expect((await service.readKept()).balanced).toBe(true);
    expect(state.scans).toBe(2);
  });
});
