import { createSecretKey } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { hpkeSeal } from './hpke/hpke.js';
import { kernelRandom } from './kernel-random.js';
import { importPrivateKey, newPrivateSeed, publicKeyBytes } from './keys.js';
import { freshNonce } from './nonce.js';
import { sealAtRest } from './rest.js';

/** Read calls of this process to the kernel so far. */
const reads = (): number => Number(/^syscr: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

const TIMES = 200;
const recipientKey = publicKeyBytes(importPrivateKey('x25519', kernelRandom(32)));
const plaintext = Buffer.from('{}');
const key = createSecretKey(kernelRandom(32));

const draws: Readonly<Record<string, () => Uint8Array>> = {
  'a nonce': freshNonce,
  'a seal at rest': () => sealAtRest(key, plaintext, plaintext),
  'an HPKE seal': () => hpkeSeal({ recipientKey, info: plaintext, aad: plaintext, plaintext }),
  'a private key': () => newPrivateSeed('ed25519'),
  'a day key': () => newPrivateSeed('x25519'),
};

describe('a copy of a process cannot repeat', () => {
  it.each(Object.entries(draws))('%s, because each asks the kernel when it is needed', (_what, draw) => {
    draw();
    const before = reads();
    const drawn = Array.from({ length: TIMES }, () => Buffer.from(draw()).toString('hex'));
    expect(reads() - before).toBeGreaterThanOrEqual(TIMES);
    expect(new Set(drawn).size).toBe(TIMES);
  });

  it('anything of this folder: no file draws from the memory of the process', () => {
    const files = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.spec.ts'));
    const drawing =
      /\b(?:randomBytes|randomFill(?:Sync)?|generateKey(?:Pair)?(?:Sync)?|getRandomValues|randomUUID)\b\(/;
    const found = files.filter((file) => drawing.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')));
    expect(files.length).toBeGreaterThan(20);
    expect(found).toEqual([]);
  });

  it('gives whole lengths, and other bytes each time', () => {
    expect([0, 1, 32, 70_000].map((length) => kernelRandom(length).length)).toEqual([0, 1, 32, 70_000]);
    expect(kernelRandom(70_000).subarray(-32).equals(Buffer.alloc(32))).toBe(false);
  });
});
