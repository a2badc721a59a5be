import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { foldersIn, temporaryDir, TODAY } from '../../../test/support/world.js';
import { addDays } from '../../days.js';
import { publishedDayKeys } from './day-key-file.js';
import { FileKeyring, type FileKeyringOptions, type KeyringStep } from './file-keyring.js';

import { publicKeyBytes } from '../keys.js';

let folders: FileKeyringOptions;
let temporary: ReturnType<typeof temporaryDir>;

beforeEach(() => {
  temporary = temporaryDir();
  folders = foldersIn(temporary.dir, 'eligibility');
});
afterEach(() => temporary.remove());

const code = (value: string): unknown => expect.objectContaining({ code: value });
const filesOf = (ending: string): string[] => readdirSync(folders.privateDir).filter((file) => file.endsWith(ending));
const days = (keyring: FileKeyring, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => addDays(TODAY, from + n)).filter(
    (day) => keyring.dayKey(day) !== undefined,
  );
const publicKeyOf = (keyring: FileKeyring, day: string): string =>
  publicKeyBytes(keyring.dayKey(day) as NonNullable<ReturnType<FileKeyring['dayKey']>>).toString('base64url');

describe('a file keyring', () => {
  it('is made once, at set-up, and never by merely being opened', async () => {
    await expect(FileKeyring.open(folders)).rejects.toEqual(code('keyring-missing'));
    const made = await FileKeyring.create(folders);
    await expect(FileKeyring.create(folders)).rejects.toEqual(code('keyring-exists'));
    expect((await FileKeyring.open(folders)).identities()).toEqual(made.identities());
  });

  it('can be read by its owner alone', async () => {
    const keyring = await FileKeyring.create(folders);
    await keyring.createSecret('grant-ids');
    for (const file of readdirSync(folders.privateDir)) {
      expect(statSync(join(folders.privateDir, file)).mode & 0o077).toBe(0);
    }
    expect(statSync(folders.privateDir).mode & 0o077).toBe(0);
  });

  it('holds no secret in the clear', async () => {
    const keyring = await FileKeyring.create(folders);
    await keyring.createSecret('grant-ids');
    const secret = Buffer.from(keyring.secret('grant-ids'));
    const file = readFileSync(join(folders.privateDir, 'eligibility.keyring'));
    expect(secret.length).toBe(32);
    for (const form of [
      secret,
      secret.toString('hex'),
      secret.toString('base64url'),
      secret.toString('base64').slice(0, 40),
    ]) {
      expect(file.includes(form)).toBe(false);
    }
  });

  it('keeps a named secret, tells when there is none, and makes none twice', async () => {
    const keyring = await FileKeyring.create(folders);
    expect(() => keyring.secret('cycle/2026')).toThrow(code('no-secret'));
    expect(keyring.secretExists('cycle/2026')).toBe(false);
    await keyring.createSecret('cycle/2026');
    await expect(keyring.createSecret('cycle/2026')).rejects.toEqual(code('secret-exists'));
    await expect(keyring.createSecret('__proto__')).rejects.toEqual(code('malformed'));
    expect(keyring.secretExists('toString')).toBe(false);
    const reopened = await FileKeyring.open(folders);
    expect(reopened.secret('cycle/2026')).toEqual(keyring.secret('cycle/2026'));
    await keyring.destroySecret('cycle/2026');
    await keyring.destroySecret('cycle/2026');
    expect((await FileKeyring.open(folders)).secretExists('cycle/2026')).toBe(false);
    expect(() => keyring.secret('cycle/2026')).toThrow(code('no-secret'));
  });

  it('makes a day key for today and seven days ahead, keeps it until its death, and publishes what lives', async () => {
    const keyring = await FileKeyring.create(folders);
    await keyring.ensureDayKeys(TODAY);
    expect(days(keyring, -10, 20)).toEqual(Array.from({ length: 8 }, (_, n) => addDays(TODAY, n)));
    const first = publicKeyOf(keyring, TODAY);

    await passTo(keyring, addDays(TODAY, 7));
    expect(days(keyring, -10, 20)).toHaveLength(15);
    expect(publicKeyOf(keyring, TODAY)).toBe(first);
    expect(keyring.isDayDestroyed(TODAY)).toBe(false);
    expect(keyring.isDayDestroyed(addDays(TODAY, -1))).toBe(true);
    // Another instance whose clock is a little behind changes nothing.
    await passTo(keyring, addDays(TODAY, 6));
    expect(keyring.isDayDestroyed(addDays(TODAY, -1))).toBe(true);

    await keyring.ensureDayKeys(addDays(TODAY, 8));
    expect(days(keyring, -10, 20)).toEqual(Array.from({ length: 16 }, (_, n) => addDays(TODAY, n)));
    expect(keyring.isDayDestroyed(TODAY)).toBe(false);
    await keyring.destroyDayKeys(addDays(TODAY, 8));
    expect(days(keyring, -10, 20)).toEqual(Array.from({ length: 15 }, (_, n) => addDays(TODAY, n + 1)));
    expect([keyring.isDayDestroyed(TODAY), keyring.isDayDestroyed(addDays(TODAY, 1))]).toEqual([true, false]);
    expect(publishedDayKeys(folders).map(({ day }) => day)).toEqual(days(keyring, -10, 20));
    expect(publishedDayKeys(folders).map(({ publicKey }) => publicKey)).toEqual(
      days(keyring, -10, 20).map((day) => publicKeyOf(keyring, day)),
    );
  });

  it('recovers from a clock that ran ahead, and loses nothing to one that lags', async () => {
    const keyring = await FileKeyring.create(folders);
    await keyring.ensureDayKeys(TODAY);
    const first = publicKeyOf(keyring, TODAY);

    await passTo(keyring, '1970-01-01');
    expect(publicKeyOf(keyring, TODAY)).toBe(first);
    await passTo(keyring, TODAY);
    expect([publicKeyOf(keyring, TODAY), keyring.dayKey('1970-01-01')]).toEqual([first, undefined]);

    await keyring.ensureDayKeys('2099-01-01');
    expect([publicKeyOf(keyring, TODAY), keyring.isDayDestroyed(TODAY)]).toEqual([first, false]);
    await keyring.destroyDayKeys('2099-01-01');
    expect([keyring.dayKey(TODAY), keyring.isDayDestroyed(TODAY)]).toEqual([undefined, true]);
    await passTo(keyring, TODAY);
    expect(days(keyring, -10, 20)).toHaveLength(8);
    expect(publicKeyOf(keyring, TODAY)).not.toBe(first);
    expect([keyring.isDayDestroyed(TODAY), keyring.isDayDestroyed(addDays(TODAY, -8))]).toEqual([false, true]);
  });

  it('publishes again what someone has removed or changed, and leaves alone what is right', async () => {
    const keyring = await FileKeyring.create(folders);
    await keyring.ensureDayKeys(TODAY);
    const path = join(folders.publicRoot, 'eligibility', 'day-keys.json');
    const [right, inode] = [readFileSync(path, 'utf8'), statSync(path).ino];
    await keyring.ensureDayKeys(TODAY);
    expect(statSync(path).ino).toBe(inode);
    for (const wrong of ['[]', 'no json', right.replace(/"signature": "./, '"signature": "_')]) {
      writeFileSync(path, wrong);
      await keyring.ensureDayKeys(TODAY);
      expect(readFileSync(path, 'utf8')).toBe(right);
    }
    rmSync(path);
    await keyring.ensureDayKeys(TODAY);
    expect(readFileSync(path, 'utf8')).toBe(right);
  });

  it('makes row keys for a night, gives the same ones again, and never new ones for a night that is over', async () => {
    const keyring = await FileKeyring.create(folders);
    const keys = await keyring.ensureRowKeys(3);
    expect((await keyring.ensureRowKeys(3)).seal.equals(keys.seal)).toBe(true);
    expect(keys.seal.equals(keys.lookup)).toBe(false);
    const reopened = await FileKeyring.open(folders);
    expect(reopened.rowKeys(3)?.lookup.equals(keys.lookup)).toBe(true);
    await keyring.ensureRowKeys(4);
    await keyring.destroyRowKeys(3);
    expect(keyring.rowKeys(3)).toBeUndefined();
    await expect(keyring.ensureRowKeys(3)).rejects.toEqual(code('key-destroyed'));
    expect(keyring.rowKeys(4)).toBeDefined();
    await expect(keyring.ensureRowKeys(-1)).rejects.toEqual(code('malformed'));
  });

  it('finds at once what another instance has made', async () => {
    const [one, other] = [await FileKeyring.create(folders), await FileKeyring.open(folders)];
    expect([other.dayKey(TODAY), other.rowKeys(1), other.secretExists('a')]).toEqual([undefined, undefined, false]);
    await one.ensureDayKeys(TODAY);
    expect(other.dayKey(TODAY)).toBeDefined();
    await one.ensureRowKeys(1);
    expect(other.rowKeys(1)).toBeDefined();
    await one.createSecret('a');
    expect(other.secretExists('a')).toBe(true);
  });

  it('loses in every other instance, within a moment, what one instance has destroyed', async () => {
    const [one, other] = [await FileKeyring.create(folders), await FileKeyring.open(folders)];
    await one.ensureRowKeys(1);
    const seen = other.rowKeys(1);
    expect(seen).toBeDefined();
    await one.destroyRowKeys(1);
    const startMs = performance.now();
    while (other.rowKeys(1) !== undefined && performance.now() - startMs < 5_000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(other.rowKeys(1)).toBeUndefined();
  });

  it('says so when its file is damaged or gone, instead of going on', async () => {
    const keyring = await FileKeyring.create(folders);
    const path = join(folders.privateDir, 'eligibility.keyring');
    const whole = readFileSync(path);
    for (const at of [0, 8, 30, whole.length - 1]) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ 1;
      writeFileSync(path, changed);
      await expect(FileKeyring.open(folders)).rejects.toEqual(code('keyring-damaged'));
      for (let time = 0; time < 2; time += 1)
        expect(() => keyring.secretExists('none')).toThrow(code('keyring-damaged'));
      writeFileSync(path, whole);
      expect(keyring.secretExists('none')).toBe(false);
    }
    rmSync(path);
    expect(() => keyring.secretExists('none')).toThrow(code('keyring-missing'));
  });
});

/** What a service does on a day whose clocks are believed. */
async function passTo(keyring: FileKeyring, day: string): Promise<void> {
  await keyring.ensureDayKeys(day);
  await keyring.destroyDayKeys(day);
}

describe('destruction', () => {
  const destructions: Record<string, (keyring: FileKeyring) => Promise<void>> = {
    'a night': (keyring) => keyring.destroyRowKeys(1),
    'a day': (keyring) => passTo(keyring, addDays(TODAY, 8)),
    'a secret': (keyring) => keyring.destroySecret('cycle/2026'),
  };

  it.each(Object.keys(destructions))('of %s makes every older copy of the file worthless', async (what) => {
    const keyring = await FileKeyring.create(folders);
    await keyring.ensureRowKeys(1);
    await keyring.ensureDayKeys(TODAY);
    await keyring.createSecret('cycle/2026');
    const path = join(folders.privateDir, 'eligibility.keyring');
    const copy = join(temporary.dir, 'backup');
    copyFileSync(path, copy);
    const [master] = filesOf('.master') as [string];

    await destructions[what]?.(keyring);
    expect(filesOf('.master')).toHaveLength(1);
    expect(filesOf('.master')).not.toContain(master);

    copyFileSync(copy, path);
    await expect(FileKeyring.open(folders)).rejects.toEqual(code('keyring-damaged'));
  });

  it('would be undone by an older copy if its master had been kept: the test above can fail', async () => {
    const keyring = await FileKeyring.create(folders);
    await keyring.ensureRowKeys(1);
    const kept = join(temporary.dir, 'kept');
    mkdirSync(kept);
    for (const file of readdirSync(folders.privateDir)) copyFileSync(join(folders.privateDir, file), join(kept, file));
    await keyring.destroyRowKeys(1);
    const restored = await FileKeyring.open({ ...folders, privateDir: kept });
    expect(restored.rowKeys(1)).toBeDefined();
  });

  it('overwrites the old master before it removes it', async () => {
    await (await FileKeyring.create(folders)).ensureRowKeys(1);
    const [master] = filesOf('.master') as [string];
    const before = readFileSync(join(folders.privateDir, master));
    let after: Buffer | undefined;
    const keyring = await FileKeyring.open(folders, (step) => {
      if (step === 'unlink-old-masters') after = readFileSync(join(folders.privateDir, master));
    });
    await keyring.destroyRowKeys(1);
    expect(after?.length).toBe(before.length);
    expect(after?.equals(before)).toBe(false);
  });

  it('keeps the master while keys are only added', async () => {
    const keyring = await FileKeyring.create(folders);
    const masters = filesOf('.master');
    await keyring.ensureRowKeys(1);
    await keyring.ensureDayKeys(TODAY);
    expect(filesOf('.master')).toEqual(masters);
  });

  const steps: readonly KeyringStep[] = [
    'lock',
    'write-master',
    'write-file',
    'sync-file',
    'rename-file',
    'overwrite-old-masters',
    'unlink-old-masters',
  ];

  it.each(steps)(
    'killed before "%s" leaves the old state or the new one, and is finished by the next to open',
    async (fatal) => {
      const setUp = await FileKeyring.create(folders);
      await setUp.ensureRowKeys(1);
      const secondNight = await setUp.ensureRowKeys(2);
      const taken: KeyringStep[] = [];
      const dying = await FileKeyring.open(folders, (step) => {
        taken.push(step);
        if (step === fatal) throw new Error('killed');
      });
      await expect(dying.destroyRowKeys(1)).rejects.toThrow('killed');
      expect(taken).toEqual(steps.slice(0, steps.indexOf(fatal) + 1));

      const isDone = steps.indexOf(fatal) > steps.indexOf('rename-file');
      const next = await FileKeyring.open(folders);
      expect(next.rowKeys(1) === undefined).toBe(isDone);
      expect(next.rowKeys(2)?.seal.equals(secondNight.seal)).toBe(true);
      expect(next.identities()).toEqual(setUp.identities());
      expect([filesOf('.master').length, filesOf('.tmp').length, filesOf('.keyring').length]).toEqual([1, 0, 1]);

      await next.destroyRowKeys(1);
      expect((await FileKeyring.open(folders)).rowKeys(1)).toBeUndefined();
      expect(filesOf('.master')).toHaveLength(1);
    },
  );

  it('never takes the master of a file that does not open', async () => {
    const keyring = await FileKeyring.create(folders);
    await keyring.ensureRowKeys(1);
    const path = join(folders.privateDir, 'eligibility.keyring');
    const whole = readFileSync(path);
    const changed = Buffer.from(whole);
    changed[10] = (changed[10] as number) ^ 1;
    writeFileSync(path, changed);
    await expect(FileKeyring.open(folders)).rejects.toEqual(code('keyring-damaged'));
    await expect(keyring.destroyRowKeys(1)).rejects.toEqual(code('keyring-damaged'));
    writeFileSync(path, whole);
    expect((await FileKeyring.open(folders)).rowKeys(1)).toBeDefined();
  });

  it('lets an instance that was reading meanwhile go on', async () => {
    const [writer, reader] = [await FileKeyring.create(folders), await FileKeyring.open(folders)];
    for (let night = 0; night < 20; night += 1) {
      await writer.ensureRowKeys(night);
      if (night > 0) await writer.destroyRowKeys(night - 1);
      expect(reader.rowKeys(night)).toBeDefined();
    }
  });
});

it('passes on what the disk refuses', async () => {
  if (process.getuid?.() === 0) return;
  await FileKeyring.create(folders);
  chmodSync(folders.privateDir, 0o500);
  await expect(FileKeyring.open(folders)).rejects.toMatchObject({ code: 'EACCES' });
  chmodSync(folders.privateDir, 0o700);
});
