import type { Twin } from './twin.js';

const ring = 'libs/sealing/src/server/keyring/file-keyring.ts';
const copies = 'libs/sealing/src/server/keyring/keyring-copies.ts';
const copiesSpec = 'libs/sealing/src/server/keyring/keyring-copies.spec.ts';
const identitiesSpec = 'libs/sealing/src/server/keyring/keyring-identities.spec.ts';
const processesSpec = 'libs/sealing/src/server/keyring/keyring-processes.spec.ts';

const identities: readonly Twin[] = [
  {
    promise: 'no two seals under one key have the same nonce',
    without: 'each is drawn',
    file: 'libs/sealing/src/server/nonce.ts',
    find: 'return kernelRandom(NONCE_BYTES);',
    replace: 'return Buffer.from(kernelRandom(2).toString().padEnd(NONCE_BYTES).slice(0, NONCE_BYTES));',
    test: 'libs/sealing/src/server/nonce.spec.ts',
  },
  {
    promise: 'a clone of a machine repeats no nonce',
    without: 'the kernel draws each when it is needed',
    file: 'libs/sealing/src/server/nonce.ts',
    find: 'return kernelRandom(NONCE_BYTES);',
    replace: 'return Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));',
    test: 'libs/sealing/src/server/kernel-random.spec.ts',
    name: 'a nonce',
  },
  {
    promise: 'a clone of a machine repeats no key',
    without: 'the kernel draws them',
    file: 'libs/sealing/src/server/keys.ts',
    find: 'kernelRandom(SEED_BYTES)',
    replace: 'globalThis.crypto.getRandomValues(new Uint8Array(SEED_BYTES))',
    test: 'libs/sealing/src/server/kernel-random.spec.ts',
    name: 'a private key',
  },
  {
    promise: 'no reader notices that a service changes its identity key',
    without: 'pins are read after the keys that they vouch for',
    file: 'libs/sealing/src/server/keyring/file-key-directory.ts',
    find: "this.#refreshPins('now');\n    known.entries",
    replace: 'known.entries',
    test: 'libs/sealing/src/server/keyring/file-key-directory.spec.ts',
    name: 'believes at once what a new identity has signed',
  },
  {
    promise: 'a new identity key is believed from its first envelope',
    without: 'it is pinned before it signs',
    file: ring,
    find: 'await pins.change(this.#options.service, (pinned) => [next, ...pinned]);',
    replace: 'void next;',
    test: identitiesSpec,
    name: 'signs at once in a running service',
  },
  {
    promise: 'a running service signs with its newest identity key',
    without: 'the sender asks for the signing key for each envelope',
    file: 'libs/sealing/src/server/envelope/sender-keys.ts',
    find: ' && known.identityKeyId === identity.keyId',
    replace: '',
    test: identitiesSpec,
    name: 'signs at once in a running service',
  },
  {
    promise: 'an old identity key remains until its last envelope has expired',
    without: 'its day is checked before it is retired',
    file: 'libs/sealing/src/server/keyring/keyring-identities.ts',
    find: 'if (from === undefined || today < from || !isProven)',
    replace: 'if (from === undefined)',
    test: identitiesSpec,
    name: 'goes when the last envelope under it has died',
  },
  {
    promise: 'nothing under a revoked identity key is believed',
    without: 'its pin is removed first',
    file: ring,
    find: `if (!isKnown) throw new SealingError('no-identity');
    await pins.change(this.#options.service, (pinned) => pinned.filter((each) => each.keyId !== keyId));`,
    replace: `if (!isKnown) throw new SealingError('no-identity');`,
    test: identitiesSpec,
    name: 'is believed by nobody any more',
  },
  {
    promise: 'messages signed under a revoked identity key are not lost',
    without: 'the relay signs their headers again',
    file: 'libs/bus/src/produce/relay.ts',
    find: 'return resign === undefined ? rows :',
    replace: 'return resign !== undefined ? rows :',
    test: 'libs/bus/test/revoked.it.spec.ts',
  },
  {
    promise: 'only headers that the revoked key itself signed are signed again',
    without: 'the old signature is verified first',
    file: 'libs/sealing/src/server/envelope/resign.ts',
    find: ' || !isItsOwn(by, header, prefix)',
    replace: ' || isItsOwn(by, header, prefix) === undefined',
    test: identitiesSpec,
    name: 'has nothing signed anew that it did not sign itself',
  },
];

const replicas: readonly Twin[] = [
  {
    promise: 'a destroyed key does not return from a copy that was away',
    without: 'the newer copy wins',
    file: copies,
    find: 'b.version - a.version',
    replace: 'a.version - b.version',
    test: copiesSpec,
    name: 'bring back no destroyed key',
  },
  {
    promise: 'a key counts as destroyed only when both copies have lost it',
    without: 'a missing copy blocks every change',
    file: copies,
    find: `if (!['one', 'in-step'].includes(this.inStep())) throw new SealingError('replica-away');`,
    replace: '',
    test: copiesSpec,
    name: 'let nothing be made or destroyed while one is away',
  },
  {
    promise: 'no key is used that only one copy holds',
    without: 'the copy that is read is written last',
    file: copies,
    find: `for (const { file } of this.#copies.toReversed()) {
      if (!onDisk(`,
    replace: `for (const { file } of this.#copies) {
      if (!onDisk(`,
    test: copiesSpec,
    name: 'has shown no reader a key',
  },
  {
    promise: 'the half-finished change of a killed writer is completed',
    without: 'a keyring is repaired when it is opened',
    file: ring,
    find: `      copies.repair();
      return new FileKeyring(options, copies, onStep);`,
    replace: '      return new FileKeyring(options, copies, onStep);',
    test: copiesSpec,
    name: 'leaves a key wholly there or wholly gone',
  },
  {
    promise: 'concurrent writers of one keyring lose no change',
    without: 'one process writes at a time',
    file: 'libs/sealing/src/server/keyring/writer-lock.ts',
    find: 'if (!hasRival(dir, prefix, own)) return work();',
    replace: 'if (!hasRival(dir, prefix, own) || own.length > 0) return work();',
    test: processesSpec,
    name: 'make and destroy days, nights and identities beside each other',
  },
  {
    promise: 'instances in two containers do not write one keyring at once',
    without: 'process numbers of another container are not looked up',
    file: 'libs/sealing/src/server/keyring/writer-lock.ts',
    find: 'if (where !== undefined && where !== namespace()) return isYoung(path);',
    replace: 'void [where, isYoung, path];',
    test: processesSpec,
    name: 'takes the writer of another container for alive',
  },
];

export const twinsOfKeys: readonly Twin[] = [...identities, ...replicas];
