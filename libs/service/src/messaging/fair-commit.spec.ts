import { describe, expect, it } from '@jest/globals';
import type { Problem } from '../problem/problem.js';
import { GroupCommit } from './group-commit.js';

const flood = { kind: 'unsigned', name: 'flood' } as const;
const phone = { kind: 'unsigned', name: 'phone' } as const;
const kiosk = { kind: 'device', name: 'kiosk-001' } as const;

/** Commits that keep the order in which items ran. */
function commits() {
  const ran: string[] = [];
  const run = async (items: readonly string[]): Promise<readonly string[]> => {
    ran.push(...items);
    await new Promise((resolve) => setImmediate(resolve));
    return items;
  };
  const group = new GroupCommit({ batchMax: 4, waitingMax: 100, run });
  const refused: string[] = [];
  const add = (item: string, bucket: typeof flood | typeof phone | typeof kiosk): Promise<unknown> =>
    group.add(item, bucket).catch((error: unknown) => refused.push(`${item} ${(error as Problem).code}`));
  return { ran, refused, add };
}

describe('a group commit under overload', () => {
  it('takes turns between senders, and between devices and everybody else', async () => {
    const { ran, add } = commits();
    const all = Array.from({ length: 50 }, (_, at) => add(`flood ${at}`, flood));
    all.push(add('phone', phone), add('kiosk 1', kiosk), add('kiosk 2', kiosk));
    await Promise.all(all);
    expect(ran.slice(0, 6)).toEqual(['kiosk 1', 'flood 0', 'kiosk 2', 'phone', 'flood 1', 'flood 2']);
  });

  it('answers busy to the newest of whoever has most', async () => {
    const { refused, add } = commits();
    const all = Array.from({ length: 130 }, (_, at) => add(`flood ${at}`, flood));
    all.push(...Array.from({ length: 20 }, (_, at) => add(`phone ${at}`, phone)));
    await Promise.all(all);
    expect(refused.every((each) => /^flood \d+ busy$/.test(each))).toBe(true);
    expect(refused).toHaveLength(50);
  });
});
