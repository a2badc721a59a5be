import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { placesIn, temporaryDir } from '../../test/support/world.js';
import { FileKeyring, type FileKeyringOptions } from './file-keyring.js';
import { withWriterLock } from './writer-lock.js';

const support = fileURLToPath(new URL('../../test/support/', import.meta.url));
let places: FileKeyringOptions;
let temporary: ReturnType<typeof temporaryDir>;

beforeEach(() => {
  temporary = temporaryDir();
  places = placesIn(temporary.dir, 'eligibility');
});
afterEach(() => temporary.remove());

function start(task: 'fill' | 'churn', number = 0): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const hooks = pathToFileURL(join(support, 'typescript-source.mjs')).href;
  const script = join(support, 'keyring-process.ts');
  const args = ['--disable-warning=ExperimentalWarning', '--import', hooks, script, task];
  return spawn(process.execPath, [...args, places.privateDir, places.publicRoot, String(number)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('processes that write one keyring at once', () => {
  it('lose nothing of each other and agree on every key', async () => {
    const keyring = await FileKeyring.create(places);
    const told = await Promise.all([1, 2, 3].map((number) => text(start('fill', number).stdout)));
    const nights = told.map((json) => JSON.parse(json) as string[]);
    expect(nights[1]).toEqual(nights[0]);
    expect(nights[2]).toEqual(nights[0]);
    expect(new Set(nights[0]).size).toBe(20);
    const found = [1, 2, 3].map((number) =>
      Array.from({ length: 10 }, (_, n) => keyring.secretExists(`writer-${number}/${n}`)),
    );
    expect(found).toEqual([1, 2, 3].map(() => [false, ...Array(9).fill(true)]));
    expect(Array.from({ length: 20 }, (_, n) => keyring.rowKeys(n)?.seal.export().toString('hex'))).toEqual(nights[0]);
    expect(readdirSync(places.privateDir).filter((file) => !file.endsWith('.keyring'))).toHaveLength(1);
  });

  it('can be killed at any moment, and the keyring goes on', async () => {
    const keyring = await FileKeyring.create(places);
    await keyring.createSecret('grant-ids');
    const secret = keyring.secret('grant-ids');
    for (let round = 0; round < 6; round += 1) {
      const child = start('churn');
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, 3 + Math.random() * 25));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const next = await FileKeyring.open(places);
      await next.ensureRowKeys(round);
      expect(next.secret('grant-ids')).toEqual(secret);
      expect(readdirSync(places.privateDir).filter((file) => /\.(master|tmp)$/.test(file))).toHaveLength(1);
    }
    expect([0, 1, 2, 3, 4, 5].map((night) => keyring.rowKeys(night) !== undefined)).toEqual(Array(6).fill(true));
  });
});

describe('the writer lock', () => {
  it('goes on after a failure, and leaves nothing behind', async () => {
    await FileKeyring.create(places);
    const events: string[] = [];
    const work = (name: string): Promise<void> =>
      withWriterLock(places.privateDir, 'eligibility', () => {
        events.push(name);
        if (name === 'b') throw new Error('b');
      });
    const results = await Promise.allSettled([work('a'), work('b'), work('c')]);
    expect(events).toEqual(['a', 'b', 'c']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(readdirSync(places.privateDir).filter((file) => file.includes('.writer.'))).toEqual([]);
  });

  it.each([
    ['a process that is no more', '999999999-1-aa'],
    ['an earlier process with the number of a living one', `${process.pid}-1-aa`],
    ['nobody', 'x'],
  ])('is not held up by the file of %s', async (_who, owner) => {
    await FileKeyring.create(places);
    const file = `eligibility.writer.${owner}`;
    writeFileSync(join(places.privateDir, file), '');
    await withWriterLock(places.privateDir, 'eligibility', () => undefined);
    expect(readdirSync(places.privateDir)).not.toContain(file);
  });

  it('waits for a living writer of another process', async () => {
    await FileKeyring.create(places);
    const sleeper = spawn('sleep', ['0.4']);
    writeFileSync(join(places.privateDir, `eligibility.writer.${sleeper.pid}-0-aa`), '');
    let isDone = false;
    const waiting = withWriterLock(places.privateDir, 'eligibility', () => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(isDone).toBe(false);
    await once(sleeper, 'exit');
    await waiting;
    expect(isDone).toBe(true);
  });
});
