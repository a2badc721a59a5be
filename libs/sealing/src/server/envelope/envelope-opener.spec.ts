import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { LIFE, foldersIn, temporaryDir, TODAY, worldOf, type World } from '../../../test/support/world.js';
import { addDays } from '../../days.js';
import { SealingError, type SealingErrorCode } from '../../errors.js';

import { FileKeyring } from '../keyring/file-keyring.js';
import type { IdentitySigner, KeyDirectory, PublishedDayKey } from '../keyring/keyring.js';
import { importPrivateKey, keyIdOf, newPrivateSeed, publicKeyBytes, signEd25519 } from '../keys.js';
import { writePinnedIdentities } from '../keyring/pinned-identities.js';
import { envelopeOverheadBytes } from './envelope-header.js';
import { EnvelopeOpener, type ExpectedEnvelope } from './envelope-opener.js';
import { SenderKeys, type SenderKeysOptions, type EnvelopeTarget } from './sender-keys.js';

type Name = 'intake' | 'eligibility' | 'payments';

const temporary = temporaryDir();
const { dir } = temporary;
const plaintext = Buffer.from('{"submission":"a"}   ');
const target: EnvelopeTarget = { contract: 'intake.facts-submitted', version: 1, consumer: 'eligibility', day: TODAY };
const expected: ExpectedEnvelope = { contract: target.contract, version: 1, producer: 'intake', day: TODAY };
let world: World<Name>;

beforeAll(async () => {
  world = await worldOf(dir, 'intake', 'eligibility', 'payments');
});
afterAll(() => temporary.remove());

const senderKeys = (options: Omit<SenderKeysOptions, 'life'>): SenderKeys => new SenderKeys({ ...options, life: LIFE });
const sender = (producer: Name = 'intake'): SenderKeys =>
  senderKeys({ producer, identity: () => world.keyrings[producer].identity(), directory: world.directory() });
const opener = (consumer: Name = 'eligibility'): EnvelopeOpener =>
  new EnvelopeOpener({ consumer, keyring: world.keyrings[consumer], directory: world.directory() });

function codeOf(work: () => unknown): SealingErrorCode | 'opened' {
  try {
    work();
    return 'opened';
  } catch (error) {
    if (error instanceof SealingError) return error.code;
    throw error;
  }
}

const headerBytes = (envelope: Buffer): number => 3 + envelope.readUInt16BE(1);

describe('an envelope', () => {
  it('opens at its consumer, again and again, and in another process', () => {
    const [keys, open] = [sender(), opener()];
    const envelopes = [keys.seal(target, plaintext), keys.seal(target, plaintext), sender().seal(target, plaintext)];
    for (const envelope of [...envelopes, ...envelopes])
      expect(open.open(expected, envelope).equals(plaintext)).toBe(true);
    expect(
      opener()
        .open(expected, envelopes[1] as Buffer)
        .equals(plaintext),
    ).toBe(true);
  });

  it('is longer than what it seals by the same number of bytes for every envelope of the contract', () => {
    const overhead = envelopeOverheadBytes({ ...target, producer: 'intake' });
    for (const size of [0, 1, 1024]) expect(sender().seal(target, Buffer.alloc(size)).length).toBe(size + overhead);
  });

  it('shares its header with the envelopes of the same process, contract and day, and nothing with any other', () => {
    const keys = sender();
    const header = (change: Partial<EnvelopeTarget>, from = keys): string => {
      const envelope = from.seal({ ...target, ...change }, plaintext);
      return envelope.subarray(0, headerBytes(envelope)).toString('hex');
    };
    expect(header({})).toBe(header({}));
    const others = [
      header({ day: addDays(TODAY, 1) }),
      header({ contract: 'intake.other' }),
      header({ version: 2 }),
      header({}, sender()),
    ];
    expect(new Set([header({}), ...others]).size).toBe(5);
  });

  it('never uses a nonce twice', () => {
    const keys = sender();
    const nonces = Array.from({ length: 5_000 }, () => {
      const envelope = keys.seal(target, plaintext);
      return envelope.subarray(headerBytes(envelope), headerBytes(envelope) + 12).toString('hex');
    });
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('says its address to whoever peeks, and can be malformed', () => {
    const { producer, ...address } = { ...target, producer: 'intake' };
    const claims = { ...address, producer, identity: world.keyrings.intake.identity().keyId };
    expect(EnvelopeOpener.peek(sender().seal(target, plaintext))).toEqual(claims);
    expect(codeOf(() => EnvelopeOpener.peek(Buffer.from('not an envelope')))).toBe('malformed');
  });
});

describe('an envelope that is not what it should be', () => {
  it.each<[SealingErrorCode, Partial<ExpectedEnvelope>]>([
    ['wrong-contract', { contract: 'intake.payout-chosen' }],
    ['wrong-contract', { version: 2 }],
    ['wrong-contract', { producer: 'payments' }],
    ['wrong-day', { day: addDays(TODAY, 1) }],
    ['wrong-day', { day: addDays(TODAY, -1) }],
  ])('is %s where %j is expected, whether its header was opened before or not', (code, change) => {
    const [envelope, warm] = [sender().seal(target, plaintext), opener()];
    warm.open(expected, envelope);
    for (const open of [opener(), warm])
      expect(codeOf(() => open.open({ ...expected, ...change }, envelope))).toBe(code);
  });

  it('is wrong-contract at another consumer', () => {
    const envelope = sender().seal(target, plaintext);
    expect(codeOf(() => opener('payments').open(expected, envelope))).toBe('wrong-contract');
    const theirs = new EnvelopeOpener({
      consumer: 'payments',
      keyring: world.keyrings.eligibility,
      directory: world.directory(),
    });
    expect(codeOf(() => theirs.open(expected, envelope))).toBe('wrong-contract');
  });

  it('does not open after any bit of it has changed, before or after the header was opened', () => {
    const envelope = sender().seal(target, plaintext);
    const warm = opener();
    expect(codeOf(() => warm.open(expected, envelope))).toBe('opened');
    const codes = new Map<string, number>();
    for (let bit = 0; bit < envelope.length * 8; bit += 1) {
      const changed = Buffer.from(envelope);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      const code = codeOf(() => warm.open(expected, changed));
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(codes.get('opened')).toBeUndefined();
    expect([...codes.values()].reduce((sum, count) => sum + count)).toBe(envelope.length * 8);
    // The wrapped key (80 bytes) and the signature (64) are only defended by the signature, the body by its tag.
    expect(codes.get('forged')).toBeGreaterThanOrEqual(144 * 8);
    expect(codes.get('not-opened')).toBeGreaterThanOrEqual((12 + 16 + plaintext.length) * 8);
  });

  it('does not open when cut short at any place, or made longer', () => {
    const envelope = sender().seal(target, plaintext);
    const open = opener();
    for (let length = 0; length < envelope.length; length += 1) {
      expect(codeOf(() => open.open(expected, envelope.subarray(0, length)))).not.toBe('opened');
    }
    expect(codeOf(() => open.open(expected, Buffer.concat([envelope, Buffer.of(0)])))).toBe('not-opened');
  });

  it('does not open with the header, nonce or body of another genuine envelope', () => {
    const [one, other] = [sender().seal(target, plaintext), sender().seal(target, plaintext)];
    const at = headerBytes(one);
    const open = opener();
    for (const envelope of [one, other]) open.open(expected, envelope);
    const mixed = [
      Buffer.concat([other.subarray(0, at), one.subarray(at)]),
      Buffer.concat([one.subarray(0, at), other.subarray(at, at + 12), one.subarray(at + 12)]),
      Buffer.concat([one.subarray(0, at + 12), other.subarray(at + 12)]),
    ];
    for (const envelope of mixed) expect(codeOf(() => open.open(expected, envelope))).toBe('not-opened');
  });

  it('is malformed with another format number, or with a header that holds more than a header', () => {
    const envelope = sender().seal(target, plaintext);
    const at = headerBytes(envelope);
    const otherFormat = Buffer.concat([Buffer.of(1), envelope.subarray(1)]);
    const longer = Buffer.concat([envelope.subarray(0, at), Buffer.of(0), envelope.subarray(at)]);
    longer.writeUInt16BE(at - 3 + 1, 1);
    for (const changed of [otherFormat, longer]) {
      expect(codeOf(() => opener().open(expected, changed))).toBe('malformed');
      expect(codeOf(() => EnvelopeOpener.peek(changed))).toBe('malformed');
    }
  });

  it('is forged when signed by another service, or by a key that is not pinned', () => {
    const seed = newPrivateSeed('ed25519');
    const privateKey = importPrivateKey('ed25519', seed);
    const stranger: IdentitySigner = {
      keyId: keyIdOf(publicKeyBytes(privateKey)),
      sign: (message) => signEd25519(privateKey, message),
    };
    const renamed: IdentitySigner = { ...stranger, keyId: world.keyrings.intake.identity().keyId };
    for (const identity of [stranger, renamed, world.keyrings.payments.identity()]) {
      const keys = senderKeys({ producer: 'intake', identity: () => identity, directory: world.directory() });
      expect(codeOf(() => opener().open(expected, keys.seal(target, plaintext)))).toBe('forged');
    }
  });

  it('is forged from the moment its identity key is revoked, also when its header was opened before', () => {
    const keys = { ...world.keyrings };
    const pins = Object.fromEntries(Object.entries(keys).map(([name, keyring]) => [name, keyring.identities()]));
    const envelope = sender().seal(target, plaintext);
    const directory = world.directory();
    const identityKey = (service: string, keyId: string): KeyObject | undefined =>
      revoked ? undefined : directory.identityKey(service, keyId);
    let revoked = false;
    const open = new EnvelopeOpener({ consumer: 'eligibility', keyring: keys.eligibility, directory: { identityKey } });
    expect(codeOf(() => open.open(expected, envelope))).toBe('opened');
    revoked = true;
    expect(codeOf(() => open.open(expected, envelope))).toBe('forged');
    writePinnedIdentities(world.pinnedIdentitiesPath, { ...pins, intake: [] });
    expect(codeOf(() => opener().open(expected, envelope))).toBe('forged');
    writePinnedIdentities(world.pinnedIdentitiesPath, pins);
    expect(codeOf(() => opener().open(expected, envelope))).toBe('opened');
  });

  it('opens under either of two identity keys while both are pinned', () => {
    const [old, next] = [newPrivateSeed('ed25519'), newPrivateSeed('ed25519')].map((seed) =>
      importPrivateKey('ed25519', seed),
    );
    const known = new Map([old, next].map((key) => [keyIdOf(publicKeyBytes(key as KeyObject)), key as KeyObject]));
    const both = {
      identityKey: (service: string, keyId: string) => (service === 'intake' ? known.get(keyId) : undefined),
    };
    const open = new EnvelopeOpener({ consumer: 'eligibility', keyring: world.keyrings.eligibility, directory: both });
    for (const [keyId, key] of known) {
      const identity = { keyId, sign: (message: Uint8Array) => signEd25519(key, message) };
      const keys = senderKeys({ producer: 'intake', identity: () => identity, directory: world.directory() });
      expect(codeOf(() => open.open(expected, keys.seal(target, plaintext)))).toBe('opened');
    }
  });

  it('is not opened, and so parked, by a keyring that never held the key of its day', async () => {
    const envelope = sender().seal(target, plaintext);
    const keyring = await FileKeyring.create({ ...foldersIn(dir, 'eligibility'), privateDir: `${dir}/restored` });
    const open = new EnvelopeOpener({ consumer: 'eligibility', keyring, directory: world.directory() });
    expect(codeOf(() => open.open(expected, envelope))).toBe('not-opened');
    // Nor by what was opened before the keyring lost the key.
    let dayKey = world.keyrings.eligibility.dayKey(TODAY);
    const losing = { dayKey: () => dayKey, isDayDestroyed: () => false };
    const warm = new EnvelopeOpener({ consumer: 'eligibility', keyring: losing, directory: world.directory() });
    expect(codeOf(() => warm.open(expected, envelope))).toBe('opened');
    dayKey = undefined;
    expect(codeOf(() => warm.open(expected, envelope))).toBe('not-opened');
  });
});

describe('the death of a day', () => {
  it('ends its envelopes, opened before or not, and leaves the others', async () => {
    const own = temporaryDir();
    const ownWorld = await worldOf(own.dir, 'intake', 'eligibility');
    const { keyrings } = ownWorld;
    const directory = ownWorld.directory();
    const keys = senderKeys({ producer: 'intake', identity: () => keyrings.intake.identity(), directory });
    const [dying, living] = [TODAY, addDays(TODAY, 1)].map((day) => keys.seal({ ...target, day }, plaintext)) as [
      Buffer,
      Buffer,
    ];
    const options = { consumer: 'eligibility', keyring: keyrings.eligibility, directory };
    const warm = new EnvelopeOpener(options);
    const open = (by: EnvelopeOpener, envelope: Buffer): string =>
      codeOf(() => by.open({ ...expected, day: EnvelopeOpener.peek(envelope).day }, envelope));

    await keyrings.eligibility.ensureDayKeys(addDays(TODAY, 7));
    expect([open(warm, dying), open(warm, living)]).toEqual(['opened', 'opened']);

    await keyrings.eligibility.ensureDayKeys(addDays(TODAY, 8));
    expect([open(warm, dying), open(warm, living)]).toEqual(['opened', 'opened']);
    await keyrings.eligibility.destroyDayKeys(addDays(TODAY, 8));
    for (const by of [warm, new EnvelopeOpener(options)]) {
      expect([open(by, dying), open(by, living)]).toEqual(['key-destroyed', 'opened']);
    }
    // A clock set back gives the day a new key, which opens nothing old.
    await keyrings.eligibility.ensureDayKeys(TODAY);
    for (const by of [warm, new EnvelopeOpener(options)]) {
      expect([open(by, dying), open(by, living)]).toEqual(['not-opened', 'opened']);
    }
    own.remove();
  });

  it('keeps a sender from sealing to a key that is no longer, or not yet, published', () => {
    expect(codeOf(() => sender().seal({ ...target, day: addDays(TODAY, 8) }, plaintext))).toBe('no-day-key');
    expect(codeOf(() => sender().seal({ ...target, consumer: 'nobody' }, plaintext))).toBe('no-day-key');
    let published: PublishedDayKey | undefined = world.directory().dayKeyOf('eligibility', TODAY);
    const directory: KeyDirectory = {
      dayKeyOf: () => published,
      identityKey: () => undefined,
      entries: () => [],
    };
    const keys = senderKeys({ producer: 'intake', identity: () => world.keyrings.intake.identity(), directory });
    expect(codeOf(() => keys.seal(target, plaintext))).toBe('opened');
    published = undefined;
    expect(codeOf(() => keys.seal(target, plaintext))).toBe('no-day-key');
  });

  it('a sender seals to the key its consumer has published last', () => {
    const fresh = generateKeyPairSync('x25519');
    const publicKey = publicKeyBytes(fresh.privateKey);
    let published: PublishedDayKey | undefined = world.directory().dayKeyOf('eligibility', TODAY);
    const directory: KeyDirectory = { dayKeyOf: () => published, identityKey: () => undefined, entries: () => [] };
    const keys = senderKeys({ producer: 'intake', identity: () => world.keyrings.intake.identity(), directory });
    keys.seal(target, plaintext);
    published = { publicKey, keyId: keyIdOf(publicKey) };
    const keyring = { dayKey: () => fresh.privateKey, isDayDestroyed: () => false };
    const open = new EnvelopeOpener({ consumer: 'eligibility', keyring, directory: world.directory() });
    expect(codeOf(() => open.open(expected, keys.seal(target, plaintext)))).toBe('opened');
  });

  it('makes an opener forget what it had opened', () => {
    let isDead = false;
    const dayKey = world.keyrings.eligibility.dayKey(TODAY);
    const keyring = { dayKey: () => dayKey, isDayDestroyed: () => isDead };
    const genuine = world.directory().identityKey('intake', world.keyrings.intake.identity().keyId);
    let identityKey = genuine;
    const open = new EnvelopeOpener({
      consumer: 'eligibility',
      keyring,
      directory: { identityKey: () => identityKey },
    });
    const envelope = sender().seal(target, plaintext);
    expect(codeOf(() => open.open(expected, envelope))).toBe('opened');
    // With a wrong key in its place the signature is not looked at again, as long as the header is remembered.
    identityKey = generateKeyPairSync('ed25519').publicKey;
    open.forgetDead();
    expect(codeOf(() => open.open(expected, envelope))).toBe('opened');
    isDead = true;
    open.forgetDead();
    expect(codeOf(() => open.open(expected, envelope))).toBe('forged');
  });

  it('makes a sender forget the keys of days long past', () => {
    const days = new Map<string, PublishedDayKey>();
    const { privateKey } = generateKeyPairSync('x25519');
    const publicKey = publicKeyBytes(privateKey);
    const directory: KeyDirectory = {
      dayKeyOf: (_service, day) => days.set(day, { publicKey, keyId: 'k' }).get(day),
      identityKey: (service, keyId) => world.directory().identityKey(service, keyId),
      entries: () => [],
    };
    const keys = senderKeys({ producer: 'intake', identity: () => world.keyrings.intake.identity(), directory });
    const headerOf = (day: string): string => {
      const envelope = keys.seal({ ...target, day }, plaintext);
      return envelope.subarray(0, headerBytes(envelope)).toString('hex');
    };
    const first = headerOf(TODAY);
    headerOf(addDays(TODAY, 7));
    expect(headerOf(TODAY)).toBe(first);
    headerOf(addDays(TODAY, 8));
    expect(headerOf(TODAY)).not.toBe(first);
  });
});
