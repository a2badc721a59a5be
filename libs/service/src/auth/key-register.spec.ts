import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { KeyRegister, STALE_MS, type ListedKey } from './key-register.js';

function row(name: string, more: Partial<ListedKey> = {}): ListedKey {
  const { publicKey } = generateKeyPairSync('ed25519');
  return { name, publicKey: publicKey.export({ format: 'raw-public' }), revoked: false, ...more };
}

let listed: readonly ListedKey[];
let reads: number;
let isAway: boolean;
let register: KeyRegister<ListedKey>;

beforeEach(() => {
  jest.useFakeTimers();
  [listed, reads, isAway] = [[row('one-key'), row('two-key', { revoked: true })], 0, false];
  register = new KeyRegister(() => {
    reads += 1;
    return isAway ? Promise.reject(new Error('away')) : Promise.resolve(listed);
  });
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a register of keys', () => {
  it('is read when it is loaded, and never for a name', async () => {
    await register.load();
    for (let at = 0; at < 4_000; at += 1) expect(register.find(`stranger-${at}`)).toBeUndefined();
    expect([register.find('one-key')?.revoked, register.find('two-key')?.revoked]).toEqual([false, true]);
    expect(reads).toBe(1);
  });

  it('is never older after a reading that began before another one, and ended after it', async () => {
    const ends: ((rows: readonly ListedKey[]) => void)[] = [];
    const slow = new KeyRegister<ListedKey>(() => new Promise((resolve) => ends.push(resolve)));
    const before = slow.load();
    jest.advanceTimersByTime(1);
    const after = slow.load();
    ends[1]?.([row('one-key', { revoked: true })]);
    await after;
    ends[0]?.([row('one-key')]);
    await before;
    expect(slow.find('one-key')?.revoked).toBe(true);
  });

  it('knows a name that every object has as little as any other', async () => {
    await register.load();
    for (const name of ['constructor', '__proto__', 'toString']) expect(register.find(name)).toBeUndefined();
  });

  it('follows the list: new keys, other keys under a name, revoked and removed ones', async () => {
    await register.load();
    const before = register.find('one-key')?.key;
    listed = [row('one-key'), row('three-key')];
    await register.load();
    expect(register.find('one-key')?.key.equals(before as never)).toBe(false);
    expect([register.find('two-key'), register.find('three-key')?.name]).toEqual([undefined, 'three-key']);
    listed = [{ ...(listed[0] as ListedKey), revoked: true }];
    await register.load();
    expect(register.find('one-key')?.revoked).toBe(true);
  });

  it('leaves out a row whose bytes are no key, and keeps the others', async () => {
    listed = [
      ...listed,
      row('bad-key', { publicKey: Buffer.alloc(32) }),
      row('short-key', { publicKey: Buffer.of(1) }),
    ];
    await register.load();
    expect(['bad-key', 'short-key'].map((name) => register.find(name))).toEqual([undefined, undefined]);
    expect(register.find('one-key')).toBeDefined();
  });

  it('answers nobody once its list is older than the guarantee, because a key may be revoked by now', async () => {
    expect(() => register.find('one-key')).toThrow('unavailable');
    await register.load();
    isAway = true;
    jest.advanceTimersByTime(STALE_MS - 1);
    await expect(register.load()).rejects.toThrow('away');
    expect(register.find('one-key')).toBeDefined();
    jest.advanceTimersByTime(2);
    expect(() => register.find('one-key')).toThrow('unavailable');
  });
});
