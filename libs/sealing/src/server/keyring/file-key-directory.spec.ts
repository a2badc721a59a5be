import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldersIn, temporaryDir, TODAY, worldOf, type World } from '../../../test/support/world.js';
import { toBase64url } from '../../bytes.js';
import { dayKeyMessage, type SignedDayKey } from '../../day-key-entry.js';
import { addDays } from '../../days.js';
import { verifySignedDayKey } from '../../device/verify-day-key.js';
import { FileKeyDirectory } from './file-key-directory.js';
import { FileKeyring } from './file-keyring.js';
import type { IdentitySigner } from './keyring.js';
import { publicKeyBytes } from '../keys.js';
import { pinsIn, readPinnedIdentities, writePinnedIdentities } from './pinned-identities.js';

let temporary: ReturnType<typeof temporaryDir>;
let world: World<'intake' | 'payments'>;
let path: string;

beforeEach(async () => {
  temporary = temporaryDir();
  world = await worldOf(temporary.dir, 'intake', 'payments');
  path = join(temporary.dir, 'public', 'payments', 'day-keys.json');
});
afterEach(() => temporary.remove());

const published = (): SignedDayKey[] => JSON.parse(readFileSync(path, 'utf8')) as SignedDayKey[];

function resigned(entry: SignedDayKey, identity: IdentitySigner): SignedDayKey {
  const unsigned = { ...entry, identity: identity.keyId };
  return { ...unsigned, signature: toBase64url(identity.sign(dayKeyMessage(unsigned))) };
}

describe('a directory of day keys', () => {
  it('gives the public half of what the keyring holds', () => {
    const dayKey = world.keyrings.payments.dayKey(TODAY);
    const found = world.directory().dayKeyOf('payments', TODAY);
    expect(Buffer.from(found?.publicKey ?? [])).toEqual(publicKeyBytes(dayKey as NonNullable<typeof dayKey>));
    expect(world.directory().dayKeyOf('payments', addDays(TODAY, 8))).toBeUndefined();
    expect(world.directory().dayKeyOf('__proto__', TODAY)).toBeUndefined();
  });

  it('lists every service for the devices, and a device believes each entry', async () => {
    const entries = world.directory().entries();
    expect(entries.map(({ service, day }) => `${service} ${day}`)).toEqual(
      ['intake', 'payments'].flatMap((service) =>
        Array.from({ length: 8 }, (_, n) => `${service} ${addDays(TODAY, n)}`),
      ),
    );
    const pins = readPinnedIdentities(world.pinnedIdentitiesPath);
    for (const entry of entries) expect(await verifySignedDayKey(entry, pins)).toBe(true);
  });

  it('believes at once what a new identity has signed, though it had looked at the pins a moment ago', async () => {
    const directory = world.directory();
    const days = directory.entries().map(({ day, service }) => `${service} ${day}`);
    const next = await world.keyrings.payments.rotateIdentity(TODAY, pinsIn(world.pinnedIdentitiesPath));
    // Asked for a day that it does not know, it looks at the keys at once.
    expect(directory.dayKeyOf('payments', addDays(TODAY, 9))).toBeUndefined();
    const entries = directory.entries();
    expect(entries.map(({ day, service }) => `${service} ${day}`)).toEqual(days);
    expect(new Set(entries.filter(({ service }) => service === 'payments').map(({ identity }) => identity))).toEqual(
      new Set([next]),
    );
  });

  it('finds at once what was published after it had looked', async () => {
    const directory = world.directory();
    const later = addDays(TODAY, 9);
    expect(directory.dayKeyOf('payments', later)).toBeUndefined();
    await world.keyrings.payments.ensureDayKeys(addDays(TODAY, 2));
    expect(directory.dayKeyOf('payments', later)).toBeDefined();
  });

  it('believes, like a device, no entry that was changed, moved, or signed by another', async () => {
    const pins = readPinnedIdentities(world.pinnedIdentitiesPath);
    const [entry, next] = published() as [SignedDayKey, SignedDayKey];
    const stranger = await FileKeyring.create(foldersIn(join(temporary.dir, 'stranger'), 'payments'));
    const swap = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
    const forgeries: SignedDayKey[] = [
      { ...entry, day: addDays(TODAY, 20) },
      { ...entry, service: 'intake' },
      { ...entry, service: 'nobody' },
      { ...entry, service: '__proto__' },
      { ...entry, publicKey: next.publicKey },
      { ...entry, publicKey: swap(entry.publicKey) },
      { ...entry, signature: next.signature },
      { ...entry, signature: swap(entry.signature) },
      { ...entry, signature: entry.signature.slice(0, -2) },
      { ...entry, identity: world.keyrings.intake.identity().keyId },
      resigned(entry, world.keyrings.intake.identity()),
      resigned(entry, stranger.identity()),
      { ...resigned(entry, stranger.identity()), identity: entry.identity },
      { ...entry, day: 'today' },
      { ...entry, publicKey: 'short' },
      null as unknown as SignedDayKey,
      [] as unknown as SignedDayKey,
      { ...entry, day: 7 } as unknown as SignedDayKey,
    ];
    for (const forged of forgeries) {
      expect(await verifySignedDayKey(forged, pins)).toBe(false);
      writeFileSync(path, JSON.stringify([forged, next]));
      const directory = world.directory();
      expect(directory.entries().filter(({ service }) => service === 'payments')).toEqual([next]);
      expect(directory.dayKeyOf('payments', TODAY)).toBeUndefined();
    }
    expect(await verifySignedDayKey(entry, pins)).toBe(true);
    expect(await verifySignedDayKey(entry, { ...pins, payments: [] })).toBe(false);
  });

  it('does not take the day key of one service for another’s, even if one identity has signed both', async () => {
    const [entry] = published() as [SignedDayKey];
    const shared = world.keyrings.payments.identities();
    const pins = { payments: shared, intake: shared };
    expect(await verifySignedDayKey(entry, pins)).toBe(true);
    expect(await verifySignedDayKey({ ...entry, service: 'intake' }, pins)).toBe(false);
  });

  it('does not take the genuine entry of one service from the folder of another', () => {
    const theirs = join(temporary.dir, 'public', 'intake', 'day-keys.json');
    writeFileSync(theirs, JSON.stringify(published()));
    expect(world.directory().dayKeyOf('intake', TODAY)).toBeUndefined();
    expect(
      world
        .directory()
        .entries()
        .map(({ service }) => service),
    ).not.toContain('intake');
  });

  it.each(['', 'null', '{}', '7', '[[]]', '{"payments":'])('reads %j as nothing published', (content) => {
    writeFileSync(path, content);
    expect(world.directory().dayKeyOf('payments', TODAY)).toBeUndefined();
    rmSync(path);
    expect(world.directory().dayKeyOf('payments', TODAY)).toBeUndefined();
  });

  it('drops within a moment what a revoked identity has signed', async () => {
    const directory = world.directory();
    const { keyId } = world.keyrings.payments.identity();
    expect([directory.dayKeyOf('payments', TODAY), directory.identityKey('payments', keyId)]).not.toContain(undefined);
    expect(directory.identityKey('intake', keyId)).toBeUndefined();
    writePinnedIdentities(world.pinnedIdentitiesPath, { intake: world.keyrings.intake.identities(), payments: [] });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([directory.dayKeyOf('payments', TODAY), directory.identityKey('payments', keyId)]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('pinned identities', () => {
  const refused = expect.objectContaining({ code: 'pins-unreadable' });

  it('are read as they were written', () => {
    const pins = { payments: world.keyrings.payments.identities(), intake: [] };
    writePinnedIdentities(world.pinnedIdentitiesPath, pins);
    expect(readPinnedIdentities(world.pinnedIdentitiesPath)).toEqual(pins);
  });

  it.each([
    '',
    '[]',
    'null',
    '{"payments":{}}',
    '{"payments":[{}]}',
    '{"payments":[{"keyId":"AAAAAAAAAAA","publicKey":"AA"}]}',
  ])('are refused as %j', (content) => {
    writeFileSync(world.pinnedIdentitiesPath, content);
    expect(() => world.directory()).toThrow(refused);
  });

  it('are refused when a key does not have the name that is its hash', () => {
    const [own] = world.keyrings.payments.identities();
    const [other] = world.keyrings.intake.identities();
    const publicKey = (other as NonNullable<typeof other>).publicKey;
    writePinnedIdentities(world.pinnedIdentitiesPath, {
      payments: [{ ...(own as NonNullable<typeof own>), publicKey }],
    });
    expect(() => world.directory()).toThrow(refused);
  });

  it('must be there', () => {
    mkdirSync(join(temporary.dir, 'empty'));
    const options = {
      publicRoot: join(temporary.dir, 'public'),
      pinnedIdentitiesPath: join(temporary.dir, 'empty', 'pins.json'),
    };
    expect(() => new FileKeyDirectory(options)).toThrow(refused);
  });
});
