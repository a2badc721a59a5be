import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LIFE, temporaryDir, TODAY, worldOf, type World } from '../../../test/support/world.js';
import { SealingError } from '../../errors.js';
import type { IdentitySigner } from '../keyring/keyring.js';
import { SenderKeys, type EnvelopeTarget } from './sender-keys.js';

const temporary = temporaryDir();
const plaintext = Buffer.from('{"submission":"a"}   ');
const target: EnvelopeTarget = { contract: 'intake.facts-submitted', version: 1, consumer: 'eligibility', day: TODAY };
let world: World<'intake' | 'eligibility'>;

beforeAll(async () => {
  world = await worldOf(temporary.dir, 'intake', 'eligibility');
});
afterAll(() => temporary.remove());

const headerBytes = (envelope: Buffer): number => 3 + envelope.readUInt16BE(1);

it('a sender changes its key after so many envelopes, and keeps no more than a thousand keys', () => {
  const published = world.directory().dayKeyOf('eligibility', TODAY);
  const directory = { dayKeyOf: () => published };
  const identity = { keyId: world.keyrings.intake.identity().keyId, sign: () => Buffer.alloc(64) };
  const keys = new SenderKeys({
    producer: 'intake',
    identity: () => identity,
    directory,
    life: LIFE,
    envelopesPerKeyMax: 3,
  });
  const headerOf = (contract: string): string => {
    const envelope = keys.seal({ ...target, contract }, plaintext);
    return envelope.subarray(0, headerBytes(envelope)).toString('hex');
  };
  const headers = Array.from({ length: 7 }, () => headerOf('a'));
  expect(headers.map((header) => headers.indexOf(header))).toEqual([0, 0, 0, 3, 3, 3, 6]);
  for (let n = 0; n < 999; n += 1) headerOf(`b.${n}`);
  expect(headerOf('a')).toBe(headers[6]);
  headerOf('c');
  expect(headerOf('a')).not.toBe(headers[6]);
});

it.each([
  { contract: 'UPPER' },
  { contract: '' },
  { contract: 'a'.repeat(101) },
  { version: 0 },
  { version: 65_536 },
  { version: 1.5 },
])('no envelope is made for %j', (change) => {
  const identity = (): IdentitySigner => world.keyrings.intake.identity();
  const keys = new SenderKeys({ producer: 'intake', identity, directory: world.directory(), life: LIFE });
  expect(() => keys.seal({ ...target, ...change }, plaintext)).toThrow(new SealingError('malformed'));
});
