import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LIFE, foldersIn, temporaryDir, TODAY, worldOf, type World } from '../../../test/support/world.js';
import { addDays, identityOutlivesDays } from '../../days.js';
import { SealingError } from '../../errors.js';
import { publishedDayKeys } from './day-key-file.js';
import { FileKeyring } from './file-keyring.js';
import { pinsIn, readPinnedIdentities, type IdentityPins } from './pinned-identities.js';
import { splitEnvelope } from '../envelope/envelope-header.js';
import { EnvelopeOpener } from '../envelope/envelope-opener.js';
import { resigner } from '../envelope/resign.js';
import { SenderKeys } from '../envelope/sender-keys.js';

const plaintext = Buffer.from('{"submission":"a"}');
const target = { contract: 'intake.facts-submitted', version: 1, consumer: 'eligibility', day: TODAY };
const expected = { contract: target.contract, version: 1, producer: 'intake', day: TODAY };
const code = (value: string): unknown => expect.objectContaining({ code: value });

let temporary: ReturnType<typeof temporaryDir>;
let world: World<'intake' | 'eligibility'>;
let ring: FileKeyring;
let pins: IdentityPins;
let sender: SenderKeys;
let opener: EnvelopeOpener;

beforeEach(async () => {
  temporary = temporaryDir();
  world = await worldOf(temporary.dir, 'intake', 'eligibility');
  ring = world.keyrings.intake;
  pins = pinsIn(world.pinnedIdentitiesPath);
  // They live through everything that follows, as running services do.
  sender = new SenderKeys({
    producer: 'intake',
    identity: () => ring.identity(),
    directory: world.directory(),
    life: LIFE,
  });
  opener = new EnvelopeOpener({
    consumer: 'eligibility',
    keyring: world.keyrings.eligibility,
    directory: world.directory(),
  });
});
afterEach(() => temporary.remove());

const pinned = (): string[] =>
  (readPinnedIdentities(world.pinnedIdentitiesPath)['intake'] ?? []).map(({ keyId }) => keyId);
const signedBy = (envelope: Buffer): string => EnvelopeOpener.peek(envelope).identity;
const publishedBy = (): string[] => [
  ...new Set(
    publishedDayKeys({ publicRoot: foldersIn(temporary.dir, '').publicRoot, service: 'intake' }).map(
      ({ identity }) => identity,
    ),
  ),
];

/** Opens until the result changes, because running services notice a change within a moment. */
async function outcomeOf(envelope: Uint8Array, until: string): Promise<string> {
  const startMs = performance.now();
  for (;;) {
    const outcome = tryToOpen(envelope);
    if (outcome === until || performance.now() - startMs > 5_000) return outcome;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function tryToOpen(envelope: Uint8Array): string {
  try {
    return opener.open(expected, envelope).equals(plaintext) ? 'opened' : 'something else';
  } catch (error) {
    if (error instanceof SealingError) return error.code;
    throw error;
  }
}

describe('a new identity', () => {
  it('signs at once in a running service, and is believed at once, beside the old one', async () => {
    const old = ring.identity().keyId;
    const before = sender.seal(target, plaintext);
    expect(tryToOpen(before)).toBe('opened');
    const next = await ring.rotateIdentity(TODAY, pins);
    expect([pinned(), ring.identities().map(({ keyId }) => keyId)]).toEqual([
      [next, old],
      [next, old],
    ]);
    const after = sender.seal(target, plaintext);
    expect([signedBy(before), signedBy(after)]).toEqual([old, next]);
    // Without waiting: what is not known yet is looked up anew.
    expect([tryToOpen(after), tryToOpen(before)]).toEqual(['opened', 'opened']);
  });

  it('signs all published day keys anew, and others still find them', async () => {
    const directory = world.directory();
    const before = directory.dayKeyOf('intake', TODAY);
    const next = await ring.rotateIdentity(TODAY, pins);
    expect(publishedBy()).toEqual([next]);
    expect(world.directory().dayKeyOf('intake', TODAY)).toEqual(before);
    expect(world.directory().entries()).toHaveLength(16);
  });

  it('is seen by another instance of the service', async () => {
    const other = await FileKeyring.open(foldersIn(temporary.dir, 'intake'));
    const next = await ring.rotateIdentity(TODAY, pins);
    const startMs = performance.now();
    while (other.identity().keyId !== next && performance.now() - startMs < 5_000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(other.identity().keyId).toBe(next);
  });

  it('is never put into use when it could not be pinned', async () => {
    const failing: IdentityPins = { change: () => Promise.reject(new SealingError('pins-unreadable')) };
    const before = ring.identities();
    await expect(ring.rotateIdentity(TODAY, failing)).rejects.toEqual(code('pins-unreadable'));
    expect((await FileKeyring.open(foldersIn(temporary.dir, 'intake'))).identities()).toEqual(before);
  });

  it('does not lose the pin of another service that is changed at the same time', async () => {
    const [a, b] = await Promise.all([
      ring.rotateIdentity(TODAY, pins),
      world.keyrings.eligibility.rotateIdentity(TODAY, pins),
    ]);
    const all = readPinnedIdentities(world.pinnedIdentitiesPath);
    expect([all['intake']?.[0]?.keyId, all['eligibility']?.[0]?.keyId]).toEqual([a, b]);
    expect([all['intake']?.length, all['eligibility']?.length]).toEqual([2, 2]);
  });
});

describe('an old identity', () => {
  it('goes when the last envelope under it has died, and not a day before', async () => {
    const old = ring.identity().keyId;
    const envelope = sender.seal(target, plaintext);
    const next = await ring.rotateIdentity(TODAY, pins);
    const from = addDays(TODAY, identityOutlivesDays(LIFE));
    expect(identityOutlivesDays(LIFE)).toBe(11);
    await expect(ring.retireIdentity(old, addDays(from, -1), pins)).rejects.toEqual(code('identity-in-use'));
    await expect(ring.retireIdentity(next, addDays(from, 100), pins)).rejects.toEqual(code('identity-in-use'));
    await expect(ring.retireIdentity('AAAAAAAAAAA', from, pins)).rejects.toEqual(code('no-identity'));
    expect([pinned(), tryToOpen(envelope)]).toEqual([[next, old], 'opened']);
    // The clock of one machine is no proof. The day keys go only after a completed turn has vouched for the day.
    await expect(ring.retireIdentity(old, from, pins)).rejects.toEqual(code('identity-in-use'));
    await ring.destroyDayKeys(addDays(from, -1));
    await expect(ring.retireIdentity(old, addDays(from, 400), pins)).rejects.toEqual(code('identity-in-use'));
    await ring.destroyDayKeys(from);
    await ring.retireIdentity(old, from, pins);
    expect([pinned(), ring.identities().map(({ keyId }) => keyId)]).toEqual([[next], [next]]);
    expect(await outcomeOf(envelope, 'forged')).toBe('forged');
    expect(ring.revokedIdentities()).toEqual([]);
  });
});

describe('a revoked identity', () => {
  it('is believed by nobody any more, and its successor signs', async () => {
    const old = ring.identity();
    const envelope = sender.seal(target, plaintext);
    expect(tryToOpen(envelope)).toBe('opened');
    await ring.revokeIdentity(old.keyId, TODAY, pins);
    const next = ring.identity().keyId;
    expect([pinned(), publishedBy()]).toEqual([[next], [next]]);
    expect(ring.revokedIdentities().map(({ keyId, struckOn }) => [keyId, struckOn])).toEqual([[old.keyId, TODAY]]);
    expect(await outcomeOf(envelope, 'forged')).toBe('forged');
    expect(tryToOpen(sender.seal(target, plaintext))).toBe('opened');
    // Asked again it does nothing more: a person may not know how far the first attempt came.
    await ring.revokeIdentity(old.keyId, TODAY, pins);
    expect([pinned(), ring.revokedIdentities().length]).toEqual([[next], 1]);
    await expect(ring.revokeIdentity('AAAAAAAAAAA', TODAY, pins)).rejects.toEqual(code('no-identity'));
  });

  it('can be an old one, and leaves the one that signs alone', async () => {
    const old = ring.identity().keyId;
    const next = await ring.rotateIdentity(TODAY, pins);
    await ring.revokeIdentity(old, TODAY, pins);
    expect([pinned(), ring.identity().keyId]).toEqual([[next], next]);
  });

  it('has its headers signed anew: the envelope opens, and not a byte behind the header has changed', async () => {
    const envelopes = [sender.seal(target, plaintext), sender.seal(target, plaintext)] as const;
    expect(resigner(ring, LIFE)).toBeUndefined();
    await ring.revokeIdentity(ring.identity().keyId, TODAY, pins);
    const resign = resigner(ring, LIFE);
    for (const envelope of envelopes) {
      const anew = Buffer.from(resign?.(envelope) ?? []);
      expect(signedBy(anew)).toBe(ring.identity().keyId);
      expect(splitEnvelope(anew).body).toEqual(splitEnvelope(envelope).body);
      expect(splitEnvelope(anew).nonce).toEqual(splitEnvelope(envelope).nonce);
      expect(anew.length).toBe(envelope.length);
      expect([await outcomeOf(envelope, 'forged'), tryToOpen(anew)]).toEqual(['forged', 'opened']);
    }
  });

  it('has nothing signed anew that it did not sign itself, or only after it was revoked', async () => {
    const revoked = ring.identity();
    const genuine = sender.seal(target, plaintext);
    const late = new SenderKeys({
      producer: 'intake',
      identity: () => revoked,
      directory: world.directory(),
      life: LIFE,
    });
    await ring.revokeIdentity(revoked.keyId, TODAY, pins);
    const resign = resigner(ring, LIFE);
    const changed = Buffer.from(genuine);
    // In the wrapped key: the signature does not cover it any more.
    const at = 3 + changed.readUInt16BE(1) - 70;
    changed[at] = (changed[at] as number) ^ 1;
    const untouched = [
      changed,
      late.seal({ ...target, day: addDays(TODAY, 3) }, plaintext),
      sender.seal(target, plaintext),
      Buffer.from('no envelope at all'),
      Buffer.alloc(0),
    ];
    for (const envelope of untouched) expect(resign?.(envelope)).toBe(envelope);
    expect(resign?.(late.seal({ ...target, day: addDays(TODAY, 2) }, plaintext))).not.toBe(undefined);
  });

  it('does not take another producer’s wrapped key as its own', async () => {
    // The producer is in what the wrapped key is bound to, so a header cannot change hands by a new signature.
    const envelope = sender.seal(target, plaintext);
    await ring.revokeIdentity(ring.identity().keyId, TODAY, pins);
    const foreign = resigner(
      {
        identity: () => world.keyrings.eligibility.identity(),
        revokedIdentities: () => ring.revokedIdentities(),
      },
      LIFE,
    );
    expect(tryToOpen(foreign?.(envelope) ?? Buffer.alloc(0))).toBe('forged');
  });
});

it('a keyring shows names, days and nights to operators, and no byte of a key', async () => {
  const old = ring.identity().keyId;
  await ring.rotateIdentity(TODAY, pins);
  await ring.revokeIdentity(ring.identity().keyId, addDays(TODAY, 1), pins);
  await ring.ensureRowKeys(4);
  await ring.ensureRowKeys(12);
  await ring.destroyRowKeys(3);
  await ring.createSecret('grant-ids');
  const [signing, , revoked] = [ring.identity().keyId, old, ring.revokedIdentities()[0]?.keyId];
  expect(ring.describe()).toEqual({
    identities: [
      { keyId: signing, signs: true, replacedOn: undefined, mayGoOn: undefined },
      { keyId: old, signs: false, replacedOn: TODAY, mayGoOn: addDays(TODAY, 11) },
    ],
    revoked: [{ keyId: revoked, revokedOn: addDays(TODAY, 1) }],
    days: { first: TODAY, last: addDays(TODAY, 7), count: 8 },
    daysDestroyedThrough: addDays(TODAY, -8),
    nights: [4, 12],
    nightsDestroyedThrough: 3,
    secrets: ['grant-ids'],
    replicas: 'one',
  });
});
