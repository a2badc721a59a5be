import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIFE, foldersIn, temporaryDir, TODAY } from '../../../test/support/world.js';
import { addDays } from '../../days.js';
import { FileKeyring, type FileKeyringOptions, type KeyringStep } from './file-keyring.js';
import type { CopyName } from './keyring-copies.js';

let temporary: ReturnType<typeof temporaryDir>;
let folders: FileKeyringOptions & { readonly replicaDir: string };

beforeEach(() => {
  temporary = temporaryDir();
  folders = { ...foldersIn(temporary.dir, 'eligibility'), replicaDir: join(temporary.dir, 'other-disk') };
});
afterEach(() => temporary.remove());

const code = (value: string): unknown => expect.objectContaining({ code: value });
const mastersIn = (dir: string): string[] => readdirSync(dir).filter((file) => file.endsWith('.master'));
const sealKey = (ring: FileKeyring, night: number): string | undefined =>
  ring.rowKeys(night)?.seal.export().toString('hex');

/** The content of one copy, and whether it is the only thing in its folder. */
async function alone(dir: string): Promise<FileKeyring> {
  const copy = join(temporary.dir, `alone-${Math.random()}`);
  cpSync(dir, copy, { recursive: true });
  const { publicRoot, service } = folders;
  return FileKeyring.open({ privateDir: copy, publicRoot, service, life: LIFE });
}

const both = (): readonly string[] => [folders.privateDir, folders.replicaDir];

describe('two copies of a keyring', () => {
  it('hold the same after every change, each under a master of its own', async () => {
    const ring = await FileKeyring.create(folders);
    await ring.ensureDayKeys(TODAY);
    const first = (await ring.ensureRowKeys(1)).seal.export().toString('hex');
    await ring.ensureRowKeys(2);
    await ring.destroyRowKeys(1);
    await ring.createSecret('grant-ids');
    expect(ring.replicas()).toBe('in-step');
    for (const dir of both()) {
      const copy = await alone(dir);
      expect([copy.rowKeys(1), sealKey(copy, 2)]).toEqual([undefined, sealKey(ring, 2)]);
      expect(copy.secret('grant-ids')).toEqual(ring.secret('grant-ids'));
      expect(mastersIn(dir)).toHaveLength(1);
    }
    expect(mastersIn(folders.privateDir)).not.toEqual(mastersIn(folders.replicaDir));
    expect(first).not.toBe(sealKey(ring, 2));
  });

  it('give every key back when either of them is lost', async () => {
    const ring = await FileKeyring.create(folders);
    await ring.ensureRowKeys(1);
    const [seal, identities] = [sealKey(ring, 1), ring.identities()];
    for (const lost of both()) {
      rmSync(lost, { recursive: true });
      const left = await FileKeyring.open(folders);
      expect([sealKey(left, 1), left.identities(), left.replicas()]).toEqual([seal, identities, 'away']);
      await left.renewReplica();
      expect(left.replicas()).toBe('in-step');
      expect(sealKey(await alone(lost), 1)).toBe(seal);
    }
  });

  it('let nothing be made or destroyed while one is away, and tell so', async () => {
    const ring = await FileKeyring.create(folders);
    await ring.ensureDayKeys(TODAY);
    await ring.ensureRowKeys(1);
    const unplugged = join(temporary.dir, 'unplugged');
    renameSync(folders.replicaDir, unplugged);
    // An empty folder where a disk was: what were written there, no later destruction would find.
    mkdirSync(folders.replicaDir);
    await expect(ring.destroyRowKeys(1)).rejects.toEqual(code('replica-away'));
    await expect(ring.ensureRowKeys(2)).rejects.toEqual(code('replica-away'));
    await expect(ring.ensureDayKeys(addDays(TODAY, 8))).rejects.toEqual(code('replica-away'));
    await expect(ring.destroyDayKeys(addDays(TODAY, 8))).rejects.toEqual(code('replica-away'));
    await ring.ensureDayKeys(TODAY);
    const reopened = await FileKeyring.open(folders);
    expect([sealKey(ring, 1), sealKey(reopened, 1), reopened.replicas()]).toEqual([
      sealKey(ring, 1),
      sealKey(ring, 1),
      'away',
    ]);
    expect(readdirSync(folders.replicaDir)).toEqual([]);

    rmSync(folders.replicaDir, { recursive: true });
    renameSync(unplugged, folders.replicaDir);
    await ring.destroyRowKeys(1);
    for (const dir of both()) expect((await alone(dir)).rowKeys(1)).toBeUndefined();
  });

  it.each([0, 1])('bring back no destroyed key from an older state of copy %d', async (which) => {
    const ring = await FileKeyring.create(folders);
    await ring.ensureRowKeys(1);
    const dir = both()[which] as string;
    const older = join(temporary.dir, 'older');
    cpSync(dir, older, { recursive: true });
    await ring.ensureRowKeys(2);
    await ring.destroyRowKeys(1);
    rmSync(dir, { recursive: true });
    // With its master, as a snapshot of the disk would bring it back.
    cpSync(older, dir, { recursive: true });
    expect((await alone(dir)).rowKeys(1)).toBeDefined();
    expect(ring.replicas()).toBe('apart');

    const next = await FileKeyring.open(folders);
    expect([next.rowKeys(1), sealKey(next, 2), next.replicas()]).toEqual([undefined, sealKey(ring, 2), 'in-step']);
    for (const each of both()) expect((await alone(each)).rowKeys(1)).toBeUndefined();
    expect(mastersIn(dir)).toHaveLength(1);
    expect(readdirSync(older).filter((file) => mastersIn(dir).includes(file))).toEqual([]);
    await expect(next.ensureRowKeys(1)).rejects.toEqual(code('key-destroyed'));
  });

  it.each([0, 1])('mend copy %d when it is damaged', async (which) => {
    const ring = await FileKeyring.create(folders);
    await ring.ensureRowKeys(1);
    const path = join(both()[which] as string, 'eligibility.keyring');
    const changed = readFileSync(path);
    changed[40] = (changed[40] as number) ^ 1;
    writeFileSync(path, changed);
    expect(ring.replicas()).toBe('apart');
    const next = await FileKeyring.open(folders);
    expect([sealKey(next, 1), next.replicas()]).toEqual([sealKey(ring, 1), 'in-step']);
    for (const dir of both()) expect(sealKey(await alone(dir), 1)).toBe(sealKey(ring, 1));
  });

  it('are both older copies of nothing: a destroyed key is in neither, wherever an old file is put back', async () => {
    const ring = await FileKeyring.create(folders);
    await ring.ensureRowKeys(1);
    const files = both().map((dir) => readFileSync(join(dir, 'eligibility.keyring')));
    await ring.destroyRowKeys(1);
    for (const [at, dir] of both().entries()) writeFileSync(join(dir, 'eligibility.keyring'), files[at] as Buffer);
    await expect(FileKeyring.open(folders)).rejects.toEqual(code('keyring-damaged'));
  });

  it('can be had later: a keyring that had one folder is given another', async () => {
    const { replicaDir, ...oneFolder } = folders;
    const single = await FileKeyring.create(oneFolder);
    await single.ensureRowKeys(1);
    expect(single.replicas()).toBe('one');
    const ring = await FileKeyring.open(folders);
    expect([ring.replicas(), existsSync(replicaDir)]).toEqual(['away', false]);
    await ring.renewReplica();
    await ring.ensureRowKeys(2);
    expect(sealKey(await alone(replicaDir), 1)).toBe(sealKey(ring, 1));
  });
});

const steps: readonly KeyringStep[] = [
  'write-master',
  'write-file',
  'sync-file',
  'rename-file',
  'overwrite-old-masters',
  'unlink-old-masters',
];
const deaths = (['replica', 'primary'] as const).flatMap((copy) => steps.map((step) => ({ copy, step })));

describe.each(deaths)('a writer that dies at $step of the $copy', ({ copy, step }) => {
  const dieThere = (at: KeyringStep, of: CopyName): void => {
    if (at === step && of === copy) throw new Error('killed');
  };
  /** Whether the new state was in place anywhere: then it counts. */
  const isDone = copy === 'primary' || steps.indexOf(step) > steps.indexOf('rename-file');

  it('leaves a key wholly there or wholly gone, in both copies', async () => {
    const setUp = await FileKeyring.create(folders);
    await setUp.ensureRowKeys(1);
    await setUp.ensureRowKeys(2);
    const [one, two] = [sealKey(setUp, 1), sealKey(setUp, 2)];
    const dying = await FileKeyring.open(folders, dieThere);
    await expect(dying.destroyRowKeys(1)).rejects.toThrow('killed');

    const next = await FileKeyring.open(folders);
    expect([sealKey(next, 1), sealKey(next, 2)]).toEqual([isDone ? undefined : one, two]);
    expect(next.replicas()).toBe('in-step');
    for (const dir of both()) {
      expect(readdirSync(dir).filter((file) => /\.(master|tmp)$/.test(file))).toHaveLength(1);
      expect(sealKey(await alone(dir), 1)).toBe(isDone ? undefined : one);
    }
    await next.destroyRowKeys(1);
    for (const dir of both()) expect((await alone(dir)).rowKeys(1)).toBeUndefined();
  });
});

describe.each(['write-file', 'sync-file', 'rename-file'] as const)(
  'a writer that dies at %s of the primary',
  (step) => {
    it('has shown no reader a key that only one copy holds', async () => {
      const reader = await FileKeyring.create(folders);
      const dying = await FileKeyring.open(folders, (at, of) => {
        if (at === step && of === 'primary') throw new Error('killed');
      });
      await expect(dying.ensureRowKeys(1)).rejects.toThrow('killed');
      expect(reader.rowKeys(1)).toBeUndefined();
      const next = await FileKeyring.open(folders);
      expect(sealKey(next, 1)).toBeDefined();
      expect(sealKey(reader, 1)).toBe(sealKey(next, 1));
      for (const dir of both()) expect(sealKey(await alone(dir), 1)).toBe(sealKey(reader, 1));
    });
  },
);
