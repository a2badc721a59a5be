import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LIFE, foldersIn, temporaryDir, TODAY } from '../../../test/support/world.js';
import { addDays } from '../../days.js';
import { publishedDayKeys } from './day-key-file.js';
import { FileKeyring, type FileKeyringOptions } from './file-keyring.js';
import { readPinnedIdentities, writePinnedIdentities } from './pinned-identities.js';
import { withWriterLock } from './writer-lock.js';

const support = fileURLToPath(new URL('../../../test/support/', import.meta.url));
let folders: FileKeyringOptions & { readonly replicaDir: string };
/** Hundreds of writes that wait for the disk, beside other tests. */
const SLOW_MS = 60_000;
let temporary: ReturnType<typeof temporaryDir>;

beforeEach(() => {
  temporary = temporaryDir();
  folders = { ...foldersIn(temporary.dir, 'eligibility'), replicaDir: join(temporary.dir, 'other-disk') };
});
afterEach(() => temporary.remove());

type Task = 'fill' | 'churn' | 'mix' | 'die';

function start(task: Task, ...rest: readonly string[]): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const hooks = pathToFileURL(join(support, 'typescript-source.mjs')).href;
  const script = join(support, 'keyring-process.ts');
  const args = ['--disable-warning=ExperimentalWarning', '--import', hooks, script, task];
  return spawn(process.execPath, [...args, folders.privateDir, folders.publicRoot, folders.replicaDir, ...rest], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('processes that write one keyring at once', () => {
  it(
    'lose nothing of each other and agree on every key',
    async () => {
      const keyring = await FileKeyring.create(folders);
      const told = await Promise.all([1, 2, 3].map((number) => text(start('fill', String(number)).stdout)));
      const nights = told.map((json) => JSON.parse(json) as string[]);
      expect(nights[1]).toEqual(nights[0]);
      expect(nights[2]).toEqual(nights[0]);
      expect(new Set(nights[0]).size).toBe(20);
      const found = [1, 2, 3].map((number) =>
        Array.from({ length: 10 }, (_, n) => keyring.secretExists(`writer-${number}/${n}`)),
      );
      expect(found).toEqual([1, 2, 3].map(() => [false, ...Array(9).fill(true)]));
      expect(Array.from({ length: 20 }, (_, n) => keyring.rowKeys(n)?.seal.export().toString('hex'))).toEqual(
        nights[0],
      );
      expect(readdirSync(folders.privateDir).filter((file) => !file.endsWith('.keyring'))).toHaveLength(1);
    },
    SLOW_MS,
  );

  it(
    'make and destroy days, nights and identities beside each other, and both copies are whole',
    async () => {
      const keyring = await FileKeyring.create(folders);
      await keyring.ensureDayKeys(TODAY);
      for (let night = 0; night < 10; night += 1) await keyring.ensureRowKeys(night);
      const [identity] = keyring.identities();
      const pins = join(temporary.dir, 'pins.json');
      writePinnedIdentities(pins, { eligibility: keyring.identities() });
      const told = await Promise.all([1, 2, 3].map(() => text(start('mix', pins).stdout)));
      const nights = told.map((json) => JSON.parse(json) as string[]);
      expect([nights[1], nights[2], new Set(nights[0]).size]).toEqual([nights[0], nights[0], 10]);

      for (const privateDir of [folders.privateDir, folders.replicaDir]) {
        const copy = await FileKeyring.open({
          privateDir,
          publicRoot: folders.publicRoot,
          service: folders.service,
          life: LIFE,
        });
        const { identities, days, nights: left, nightsDestroyedThrough } = copy.describe();
        expect([left, nightsDestroyedThrough]).toEqual([Array.from({ length: 10 }, (_, n) => 100 + n), 9]);
        expect(left.map((night) => copy.rowKeys(night)?.seal.export().toString('hex'))).toEqual(nights[0]);
        expect(days).toEqual({ first: addDays(TODAY, 2), last: addDays(TODAY, 16), count: 15 });
        expect([identities.length, identities.at(-1)?.keyId]).toEqual([4, identity?.keyId]);
        expect(identities.filter(({ signs }) => signs)).toHaveLength(1);
        expect(new Set(readPinnedIdentities(pins)['eligibility'])).toEqual(new Set(copy.identities()));
      }
      expect(keyring.replicas()).toBe('in-step');
      await keyring.ensureDayKeys(addDays(TODAY, 9));
      await keyring.destroyDayKeys(addDays(TODAY, 9));
      const published = publishedDayKeys(folders);
      expect(published).toHaveLength(15);
      expect(new Set(published.map((entry) => entry.identity))).toEqual(new Set([keyring.identity().keyId]));
      for (const dir of [folders.privateDir, folders.replicaDir]) {
        expect(readdirSync(dir).filter((file) => !file.endsWith('.keyring'))).toHaveLength(1);
      }
    },
    SLOW_MS,
  );

  it('can be killed at any moment, and the keyring goes on', async () => {
    const keyring = await FileKeyring.create(folders);
    await keyring.createSecret('grant-ids');
    const secret = keyring.secret('grant-ids');
    for (let round = 0; round < 6; round += 1) {
      const child = start('churn');
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, 3 + Math.random() * 25));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const next = await FileKeyring.open(folders);
      await next.ensureRowKeys(round);
      expect(next.secret('grant-ids')).toEqual(secret);
      expect(readdirSync(folders.privateDir).filter((file) => /\.(master|tmp)$/.test(file))).toHaveLength(1);
    }
    expect([0, 1, 2, 3, 4, 5].map((night) => keyring.rowKeys(night) !== undefined)).toEqual(Array(6).fill(true));
  });
});

const steps = ['write-master', 'write-file', 'sync-file', 'rename-file', 'overwrite-old-masters', 'unlink-old-masters'];
const deaths = [
  { step: 'lock', copy: 'primary' },
  ...['replica', 'primary'].flatMap((copy) => steps.map((step) => ({ step, copy }))),
];

describe.each(deaths)('a process that is killed at $step of the $copy', ({ step, copy }) => {
  it('while it destroys a key leaves it wholly there or gone, and every older copy worthless in the end', async () => {
    const setUp = await FileKeyring.create(folders);
    const [one, two] = [await setUp.ensureRowKeys(1), await setUp.ensureRowKeys(2)].map((keys) => [
      keys.seal.export().toString('hex'),
      keys.lookup.export().toString('hex'),
    ]);
    const dirs = [folders.privateDir, folders.replicaDir];
    const older = dirs.map((dir) => readFileSync(join(dir, 'eligibility.keyring')));
    const child = start('die', step, copy);
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);

    const keysOf = (ring: FileKeyring, night: number): readonly (string | undefined)[] | undefined => {
      const keys = ring.rowKeys(night);
      return keys && [keys.seal.export().toString('hex'), keys.lookup.export().toString('hex')];
    };
    const isGone = copy === 'primary' ? step !== 'lock' : steps.indexOf(step) > steps.indexOf('rename-file');
    const next = await FileKeyring.open(folders);
    expect([keysOf(next, 1), keysOf(next, 2)]).toEqual([isGone ? undefined : one, two]);
    expect(next.identities()).toEqual(setUp.identities());
    await next.destroyRowKeys(1);
    expect([next.rowKeys(1), keysOf(next, 2), next.replicas()]).toEqual([undefined, two, 'in-step']);
    for (const dir of dirs) {
      expect(readdirSync(dir).filter((file) => !file.endsWith('.keyring'))).toEqual([
        expect.stringMatching(/^eligibility\.[0-9a-f]{32}\.master$/),
      ]);
    }
    for (const [at, dir] of dirs.entries()) writeFileSync(join(dir, 'eligibility.keyring'), older[at] as Buffer);
    await expect(FileKeyring.open(folders)).rejects.toMatchObject({ code: 'keyring-damaged' });
  });
});

describe('the writer lock', () => {
  it('goes on after a failure, and leaves nothing behind', async () => {
    await FileKeyring.create(folders);
    const events: string[] = [];
    const work = (name: string): Promise<void> =>
      withWriterLock(folders.privateDir, 'eligibility', () => {
        events.push(name);
        if (name === 'b') throw new Error('b');
      });
    const results = await Promise.allSettled([work('a'), work('b'), work('c')]);
    expect(events).toEqual(['a', 'b', 'c']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(readdirSync(folders.privateDir).filter((file) => file.includes('.writer.'))).toEqual([]);
  });

  it.each([
    ['a process that is no more', '999999999-1-aa'],
    ['an earlier process with the number of a living one', `${process.pid}-1-aa`],
    ['nobody', 'x'],
  ])('is not held up by the file of %s', async (_who, owner) => {
    await FileKeyring.create(folders);
    const file = `eligibility.writer.${owner}`;
    writeFileSync(join(folders.privateDir, file), '');
    await withWriterLock(folders.privateDir, 'eligibility', () => undefined);
    expect(readdirSync(folders.privateDir)).not.toContain(file);
  });

  it('waits for a living writer of another process', async () => {
    await FileKeyring.create(folders);
    const sleeper = spawn('sleep', ['0.4']);
    writeFileSync(join(folders.privateDir, `eligibility.writer.${sleeper.pid}-0-aa`), '');
    let isDone = false;
    const waiting = withWriterLock(folders.privateDir, 'eligibility', () => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(isDone).toBe(false);
    await once(sleeper, 'exit');
    await waiting;
    expect(isDone).toBe(true);
  });

  it('takes the writer of another container for alive for half a minute, whatever its process number', async () => {
    await FileKeyring.create(folders);
    const path = join(folders.privateDir, `eligibility.writer.${process.pid}-1-aa-4026500000`);
    writeFileSync(path, '');
    let isDone = false;
    const waiting = withWriterLock(folders.privateDir, 'eligibility', () => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(isDone).toBe(false);
    const longAgo = Date.now() / 1000 - 31;
    utimesSync(path, longAgo, longAgo);
    await waiting;
    expect(isDone).toBe(true);
    expect(readdirSync(folders.privateDir).filter((file) => file.includes('.writer.'))).toEqual([]);
  });
});
