import { describe, expect, it } from '@jest/globals';
import { Problem } from '../problem/problem.js';
import { GroupCommit } from './group-commit.js';

const flood = { kind: 'unsigned', name: 'flood' } as const;
const phone = { kind: 'unsigned', name: 'phone' } as const;
const kiosk = { kind: 'device', name: 'kiosk-001' } as const;

/** Commits that keep the order in which items ran. */
function commits({ gate }: { readonly gate?: (item: string) => Problem | undefined } = {}) {
  const ran: string[] = [];
  const run = async (items: readonly string[]): Promise<readonly string[]> => {
    ran.push(...items);
    await new Promise((resolve) => setImmediate(resolve));
    return items;
  };
  const group = new GroupCommit({ batchMax: 4, waitingMax: 100, run, ...(gate === undefined ? {} : { gate }) });
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

  it('asks the ceiling last, in the order of turns', async () => {
    let left = 6;
    const gate = (item: string) => {
      if (item.startsWith('kiosk')) return undefined;
      left -= 1;
      return left < 0 ? new Problem('too-many', { retryAfterSeconds: 9 }) : undefined;
    };
    const { ran, refused, add } = commits({ gate });
    const all = Array.from({ length: 30 }, (_, at) => add(`flood ${at}`, flood));
    all.push(...['a', 'b', 'c'].map((each) => add(`phone ${each}`, phone)));
    all.push(...Array.from({ length: 10 }, (_, at) => add(`kiosk ${at}`, kiosk)));
    await Promise.all(all);
    expect(ran.filter((each) => each.startsWith('phone'))).toHaveLength(3);
    expect(ran.filter((each) => each.startsWith('flood'))).toHaveLength(3);
    expect(ran.filter((each) => each.startsWith('kiosk'))).toHaveLength(10);
    expect(refused).toHaveLength(27);
    expect(refused.every((each) => each.endsWith('too-many'))).toBe(true);
  });
});
