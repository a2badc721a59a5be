import { createDecipheriv } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { LIFE, TODAY } from '../../../test/support/world.js';
import { canonicalBytes } from '../../bytes.js';
import { addDays } from '../../days.js';
import { FileKeyring } from './file-keyring.js';
import { pinsIn, writePinnedIdentities } from './pinned-identities.js';

const SERVICE = 'eligibility';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'destroyed-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const privateDir = (): string => join(root, 'private');
const replicaDir = (): string => join(root, 'replica');
const folders = () => ({
  privateDir: privateDir(),
  replicaDir: replicaDir(),
  publicRoot: join(root, 'public'),
  service: SERVICE,
  life: LIFE,
});

/**
 * The content of a keyring file, decoded without the code of the keyring: magic, name of the master, nonce, ciphertext
 * and tag, AES-256-GCM under the master beside it.
 */
function decoded(dir: string): Readonly<Record<string, unknown>> {
  const file = readFileSync(join(dir, `${SERVICE}.keyring`));
  const masterId = file.subarray(8, 24);
  const master = readFileSync(join(dir, `${SERVICE}.${masterId.toString('hex')}.master`));
  const body = file.subarray(24);
  const decipher = createDecipheriv('aes-256-gcm', master, body.subarray(0, 12));
  decipher.setAAD(canonicalBytes('keyring-file/v1', [SERVICE, masterId]));
  decipher.setAuthTag(body.subarray(-16));
  const text = Buffer.concat([decipher.update(body.subarray(12, -16)), decipher.final()]).toString();
  return JSON.parse(text) as Record<string, unknown>;
}

interface Held {
  readonly format: unknown;
  readonly version: unknown;
  readonly identities: readonly Readonly<Record<string, string>>[];
  readonly struck: readonly Readonly<Record<string, string>>[];
  readonly dayKeys: Readonly<Record<string, string>>;
  readonly deadThrough: string;
  readonly rowKeys: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly nightsDeadThrough: number;
  readonly secrets: Readonly<Record<string, string>>;
}

const KEY = /^[\w-]{43}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Fails for a field that is not declared here, at any depth, or for a value of another form. */
function expectDeclared(content: Readonly<Record<string, unknown>>): Held {
  const held = content as unknown as Held;
  expect(Object.keys(content).toSorted()).toEqual([
    'dayKeys',
    'deadThrough',
    'format',
    'identities',
    'nightsDeadThrough',
    'rowKeys',
    'secrets',
    'struck',
    'version',
  ]);
  expect([held.format, Number.isSafeInteger(held.version)]).toEqual([2, true]);
  for (const identity of held.identities) {
    const { seed, replacedOn, ...more } = identity;
    expect([KEY.test(seed ?? ''), replacedOn === undefined || DAY.test(replacedOn), more]).toEqual([true, true, {}]);
  }
  for (const revoked of held.struck)
    expect(Object.keys(revoked).toSorted()).toEqual(['keyId', 'publicKey', 'struckOn']);
  for (const [day, key] of Object.entries(held.dayKeys)) expect([DAY.test(day), KEY.test(key)]).toEqual([true, true]);
  for (const [night, keys] of Object.entries(held.rowKeys)) {
    const { seal, lookup, ...more } = keys;
    expect([/^\d+$/.test(night), KEY.test(seal ?? ''), KEY.test(lookup ?? ''), more]).toEqual([true, true, true, {}]);
  }
  for (const [name, secret] of Object.entries(held.secrets))
    expect([/^[a-z0-9][a-z0-9./-]*$/.test(name), KEY.test(secret)]).toEqual([true, true]);
  return held;
}

/** Every private key of a keyring, by what it is for. */
function keysOf({ identities, dayKeys, rowKeys, secrets }: Held): ReadonlyMap<string, string> {
  return new Map([
    ...identities.map(({ seed = '' }) => [`identity ${seed.slice(0, 8)}`, seed] as const),
    ...Object.entries(dayKeys).map(([day, key]) => [`day ${day}`, key] as const),
    ...Object.entries(rowKeys).flatMap(([night, { seal = '', lookup = '' }]) => [
      [`night ${night}, seal`, seal] as const,
      [`night ${night}, lookup`, lookup] as const,
    ]),
    ...Object.entries(secrets).map(([name, secret]) => [`secret ${name}`, secret] as const),
  ]);
}

/** All bytes of both folders and of the published one, decrypted where a master is there. */
function everythingKept(): Buffer {
  const files = [privateDir(), replicaDir(), join(root, 'public')].flatMap((dir) =>
    existsSync(dir) ? readdirSync(dir, { recursive: true }).map((name) => join(dir, String(name))) : [],
  );
  const raw = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file));
  const plain = [privateDir(), replicaDir()].map((dir) => Buffer.from(JSON.stringify(decoded(dir))));
  return Buffer.concat([...raw, ...plain]);
}

/** The key in every form in which it could have been left. */
function formsOf(key: string): readonly Buffer[] {
  const bytes = Buffer.from(key, 'base64url');
  const texts = [key, bytes.toString('base64'), bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
  return [bytes, Buffer.from(bytes).reverse(), ...texts.map((text) => Buffer.from(text))];
}

const pinsPath = (): string => join(root, 'pins.json');

/** What destroys keys, with the names of the keys that are gone afterwards. */
const destructions: Readonly<Record<string, readonly [(ring: FileKeyring) => Promise<unknown>, RegExp]>> = {
  'one day': [(ring) => ring.destroyDayKeys(addDays(TODAY, 8)), new RegExp(`^day ${TODAY}$`)],
  'several days at once': [(ring) => ring.destroyDayKeys(addDays(TODAY, 11)), /^day 2026-11-2[5678]$/],
  'every day': [(ring) => ring.destroyDayKeys(addDays(TODAY, 400)), /^day /],
  'the first night': [(ring) => ring.destroyRowKeys(1), /^night 1,/],
  'the second night': [(ring) => ring.destroyRowKeys(2), /^night 2,/],
  'the last night': [(ring) => ring.destroyRowKeys(3), /^night 3,/],
  'the first secret': [(ring) => ring.destroySecret('cycle/1'), /^secret cycle\/1$/],
  'the second secret': [(ring) => ring.destroySecret('cycle/2'), /^secret cycle\/2$/],
};

async function fullRing(): Promise<FileKeyring> {
  const ring = await FileKeyring.create(folders());
  writePinnedIdentities(pinsPath(), { [SERVICE]: [...ring.identities()] });
  await ring.ensureDayKeys(TODAY);
  for (const night of [1, 2, 3]) await ring.ensureRowKeys(night);
  for (const name of ['cycle/1', 'cycle/2']) await ring.createSecret(name);
  return ring;
}

function expectGone(before: ReadonlyMap<string, string>, isGone: (name: string) => boolean): void {
  const [primary, replica] = [privateDir(), replicaDir()].map((dir) => expectDeclared(decoded(dir)));
  // Both copies say the same, and each has one master of its own.
  expect(replica).toEqual(primary);
  for (const dir of [privateDir(), replicaDir()])
    expect(
      readdirSync(dir)
        .map((file) => file.replace(/\.[0-9a-f]{32}\./, '.*.'))
        .toSorted(),
    ).toEqual([`${SERVICE}.*.master`, `${SERVICE}.keyring`]);
  const wanted = [...before].filter(([name]) => !isGone(name));
  expect(keysOf(primary as Held)).toEqual(new Map(wanted));
  const kept = everythingKept();
  for (const [name, key] of before) {
    if (!isGone(name)) continue;
    expect([name, formsOf(key).some((form) => kept.includes(form))]).toEqual([name, false]);
  }
}

describe('the present keyring file and its second copy, decoded', () => {
  it('hold what was made, in declared fields alone', async () => {
    const ring = await fullRing();
    const keys = keysOf(expectDeclared(decoded(privateDir())));
    expect(keysOf(expectDeclared(decoded(replicaDir())))).toEqual(keys);
    expect([...keys.keys()].filter((name) => !name.startsWith('identity'))).toHaveLength(8 + 6 + 2);
    // The test would find a key that is left: those that live are there.
    const kept = everythingKept();
    for (const key of keys.values()) expect(formsOf(key).some((form) => kept.includes(form))).toBe(true);
    expect(ring.replicas()).toBe('in-step');
  });

  it.each(Object.keys(destructions))('hold nothing of a destroyed key, and all others: %s', async (what) => {
    const ring = await fullRing();
    const before = keysOf(decoded(privateDir()) as unknown as Held);
    const [destroy, gone] = destructions[what] as (typeof destructions)[string];
    await destroy(ring);
    expect([...before.keys()].some((name) => gone.test(name))).toBe(true);
    expectGone(before, (name) => gone.test(name));
  });

  it.each(['retired', 'revoked'])('hold no seed of an identity that was %s, the first or the second', async (how) => {
    const ring = await fullRing();
    const pins = pinsIn(pinsPath());
    const first = ring.identity().keyId;
    await ring.rotateIdentity(TODAY, pins);
    const second = ring.identity().keyId;
    await ring.rotateIdentity(TODAY, pins);
    const seeds = (decoded(privateDir()) as unknown as Held).identities.map(({ seed = '' }) => seed);
    expect(seeds).toHaveLength(3);
    const longAfter = addDays(TODAY, 60);
    if (how === 'retired') await ring.destroyDayKeys(longAfter);
    const end = (keyId: string): Promise<void> =>
      how === 'retired' ? ring.retireIdentity(keyId, longAfter, pins) : ring.revokeIdentity(keyId, TODAY, pins);
    for (const [keyId, at] of [
      [second, 1],
      [first, 2],
    ] as const) {
      const before = keysOf(decoded(privateDir()) as unknown as Held);
      await end(keyId);
      expectGone(before, (name) => before.get(name) === seeds[at]);
    }
    const held = expectDeclared(decoded(privateDir()));
    expect(held.struck.map(({ keyId }) => keyId)).toEqual(how === 'revoked' ? [second, first] : []);
  });

  it('hold after any order of making and destroying exactly what lives', async () => {
    const act = fc.record({ what: fc.constantFrom('night', 'day', 'secret'), n: fc.integer({ min: 1, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 5 }), async (acts) => {
        rmSync(root, { recursive: true, force: true });
        const ring = await fullRing();
        const all = new Map(keysOf(decoded(privateDir()) as unknown as Held));
        const gone = new Set<string>();
        for (const { what, n } of acts) {
          if (what === 'night') await ring.destroyRowKeys(n);
          if (what === 'day') await ring.destroyDayKeys(addDays(TODAY, 7 + n));
          if (what === 'secret') await ring.destroySecret(`cycle/${n}`);
          for (const name of all.keys()) {
            const [, day = '9999'] = /^day (.*)/.exec(name) ?? [];
            if (what === 'night' && name.startsWith(`night ${n},`)) gone.add(name);
            if (what === 'day' && day < addDays(TODAY, n)) gone.add(name);
            if (what === 'secret' && name === `secret cycle/${n}`) gone.add(name);
          }
          expectGone(all, (name) => gone.has(name));
        }
      }),
      { numRuns: 8 },
    );
  });
});
