import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { DiskTrace } from '../../../../../test/support/disk-trace.js';
import { addDays } from '../../days.js';

const LIFE = { days: 8, aheadDays: 7, recordAheadDays: 2 };
const TODAY = '2026-11-25';

const isLock = (path: string): boolean => path.includes('.writer.') || path.startsWith('/dev/');
const trace = new DiskTrace(process.getBuiltinModule('node:fs'), isLock);
jest.unstable_mockModule('node:fs', () => trace.module());
const { FileKeyring } = await import('./file-keyring.js');
const { pinsIn, writePinnedIdentities } = await import('./pinned-identities.js');
const { replaceDurably, writeDurably } = await import('./keyring-file.js');

type Ring = Awaited<ReturnType<typeof FileKeyring.create>>;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'durable-'));
  trace.forget();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const pinsPath = (): string => join(root, 'pins.json');
const folders = (withReplica: boolean) => ({
  privateDir: join(root, 'private'),
  ...(withReplica ? { replicaDir: join(root, 'replica') } : {}),
  publicRoot: join(root, 'public'),
  service: 'eligibility',
  life: LIFE,
});

/** Everything that changes a keyring. */
const changes: Readonly<Record<string, (keyring: Ring) => Promise<unknown>>> = {
  'day keys are made': (keyring) => keyring.ensureDayKeys(addDays(TODAY, 1)),
  'day keys are destroyed': (keyring) => keyring.destroyDayKeys(addDays(TODAY, 9)),
  'row keys are made': (keyring) => keyring.ensureRowKeys(2),
  'row keys are destroyed': (keyring) => keyring.destroyRowKeys(1),
  'a secret is made': (keyring) => keyring.createSecret('b'),
  'a secret is destroyed': (keyring) => keyring.destroySecret('a'),
  'an identity is rotated': (keyring) => keyring.rotateIdentity(TODAY, pinsIn(pinsPath())),
  'an identity is revoked': (keyring) => keyring.revokeIdentity(keyring.identity().keyId, TODAY, pinsIn(pinsPath())),
};

describe.each([
  ['one copy', false],
  ['two copies', true],
])('a keyring with %s', (_copies, withReplica) => {
  it('is on the disk as soon as it is made', async () => {
    await FileKeyring.create(folders(withReplica));
    expect(trace.leftAtRisk()).toEqual([]);
    expect(trace.calls.filter((call) => call.startsWith('rename'))).toHaveLength(withReplica ? 2 : 1);
  });

  it.each(Object.keys(changes))('is on the disk before the caller goes on: %s', async (what) => {
    const keyring = await FileKeyring.create(folders(withReplica));
    writePinnedIdentities(pinsPath(), { eligibility: [...keyring.identities()] });
    await keyring.ensureDayKeys(TODAY);
    await keyring.ensureRowKeys(1);
    await keyring.createSecret('a');
    trace.forget();
    await changes[what]?.(keyring);
    expect(trace.calls.length).toBeGreaterThanOrEqual(3);
    expect(trace.leftAtRisk()).toEqual([]);
  });
});

describe('a file that is replaced', () => {
  it('is on the disk, and its name too', () => {
    const path = join(root, 'file');
    replaceDurably(path, Buffer.from('one'), 0o600);
    expect(trace.calls).toEqual([`sync ${path}.tmp`, `rename ${path}`, `sync ${root}`]);
    expect(trace.leftAtRisk()).toEqual([]);
    writeDurably(path, Buffer.from('two'));
    expect(trace.leftAtRisk()).toEqual([]);
  });

  it('would be found at risk if one step were missing', () => {
    const fs = trace.module();
    const path = join(root, 'file');
    fs.writeFileSync(path, 'x');
    fs.writeFileSync(`${path}.other`, 'y');
    fs.renameSync(path, `${path}.new`);
    expect(trace.leftAtRisk()).toEqual([
      `${path}.new was replaced by what is not on the disk`,
      `${path}.new was replaced while ${path}.other was not on the disk`,
      `${path}.other is not on the disk`,
      `${path}.new is not on the disk`,
      `the entries of ${root} are not on the disk`,
    ]);
  });
});
