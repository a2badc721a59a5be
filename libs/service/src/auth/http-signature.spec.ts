import { describe, expect, it } from '@jest/globals';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestFits, ed25519PublicKey, isSigned, signerOf, type SignedHead } from './http-signature.js';

const now = new Date('2099-11-02T10:00:00Z');
const seconds = now.getTime() / 1000;
const body = Buffer.from('{"batch":"one"}');
const keys = { 'maker-one': generateKeyPairSync('ed25519'), 'checker-one': generateKeyPairSync('ed25519') };
type Name = keyof typeof keys;

interface Enrolled {
  readonly name: string;
  readonly key: KeyObject;
}

const keyOf = (name: string): Promise<Enrolled | undefined> =>
  Promise.resolve(Object.hasOwn(keys, name) ? { name, key: keys[name as Name].publicKey } : undefined);

interface Wanted {
  readonly keyid?: string;
  readonly by?: Name;
  readonly created?: number | undefined;
  readonly covered?: readonly string[];
  readonly method?: string;
  readonly path?: string;
  readonly body?: Uint8Array;
  readonly label?: string;
}

type Headers = Record<string, string | string[] | undefined>;

/** Signs as an enrolled device does. It does not use the code under test, so that both sides cannot share a mistake. */
function signed(wanted: Wanted = {}): Headers {
  const { keyid = 'maker-one', by = 'maker-one', created = seconds, label = 'sig' } = wanted;
  const { covered = ['@method', '@path', 'content-digest'], method = 'POST', path = '/v1/release/batches' } = wanted;
  const digest = `sha-256=:${createHash('sha256')
    .update(wanted.body ?? body)
    .digest('base64')}:`;
  const values: Record<string, string> = { '@method': method, '@path': path, 'content-digest': digest };
  const time = 'created' in wanted && wanted.created === undefined ? '' : `;created=${created}`;
  const params = `(${covered.map((name) => `"${name}"`).join(' ')})${time};keyid="${keyid}";alg="ed25519"`;
  const base = [...covered.map((name) => `"${name}": ${values[name]}`), `"@signature-params": ${params}`].join('\n');
  const signature = sign(null, Buffer.from(base), keys[by].privateKey).toString('base64');
  return {
    'content-digest': digest,
    'signature-input': `${label}=${params}`,
    signature: `${label}=:${signature}:`,
  };
}

function request(headers: Headers): SignedHead {
  return { method: 'POST', path: '/v1/release/batches', headers };
}

const signer = async (headers: Headers, lookUp = keyOf): Promise<string | undefined> =>
  digestFits(headers, body) ? (await signerOf(request(headers), lookUp, now))?.name : undefined;

describe('who signed a request', () => {
  it('is the one whose key fits method, path, body and time', async () => {
    expect(await signer(signed())).toBe('maker-one');
    expect(await signer(signed({ keyid: 'checker-one', by: 'checker-one' }))).toBe('checker-one');
  });

  it('is not said to be nobody while he cannot be looked up', async () => {
    const away = new Error('the database is away');
    await expect(signer(signed(), () => Promise.reject(away))).rejects.toBe(away);
  });

  it.each<[string, Headers]>([
    ['another body', signed({ body: Buffer.from('{"batch":"two"}') })],
    ['another method', signed({ method: 'PUT' })],
    ['another path', signed({ path: '/v1/release/approvals' })],
    ["another's key", signed({ keyid: 'checker-one' })],
    ['a key that is not enrolled', signed({ keyid: 'stranger' })],
    ['a name that every object has', signed({ keyid: 'constructor' })],
    ['eleven minutes ago', signed({ created: seconds - 660 })],
    ['eleven minutes from now', signed({ created: seconds + 660 })],
    ['no time', signed({ created: undefined })],
    ['no path', signed({ covered: ['@method', 'content-digest'] })],
    ['no body', signed({ covered: ['@method', '@path'] })],
    ['nothing', signed({ covered: [] })],
    ['no digest', { ...signed(), 'content-digest': undefined }],
    ['no signature', { ...signed(), signature: undefined }],
    ['no input', { ...signed(), 'signature-input': undefined }],
    ['an empty signature', { ...signed(), signature: '' }],
    ['words instead of a signature', { ...signed(), signature: 'sig=:Maria Lopez:' }],
    ['a signature of other length', { ...signed(), signature: 'sig=:AAAA:' }],
    ['an input that is none', { ...signed(), 'signature-input': 'sig=1' }],
    [
      'two digests',
      { ...signed(), 'content-digest': [signed(), signed()].map((one) => String(one['content-digest'])) },
    ],
    ['a signature under another label', { ...signed(), signature: signed({ label: 'other' })['signature'] }],
  ])('is nobody when it covers %s', async (_name, headers) => {
    expect(await signer(headers)).toBeUndefined();
  });

  it('is the one while its clock is nine minutes off', async () => {
    expect(await signer(signed({ created: seconds - 540 }))).toBe('maker-one');
    expect(await signer(signed({ created: seconds + 540 }))).toBe('maker-one');
  });

  it.each<[string, Headers]>([
    ['before a valid one', both(signed({ keyid: 'checker-one', label: 'a' }), signed({ label: 'b' }))],
    ['after a valid one', both(signed({ label: 'a' }), signed({ keyid: 'checker-one', label: 'b' }))],
  ])("is never another, whose name stands %s without that other's key", async (_name, headers) => {
    for (const slow of ['maker-one', 'checker-one']) {
      const lookUp = async (name: string): Promise<Enrolled | undefined> => {
        if (name === slow) await sleep(5);
        return keyOf(name);
      };
      expect([slow, await signer(headers, lookUp)]).not.toEqual([slow, 'checker-one']);
    }
  });

  it('is the one who really signed when the same signature stands there twice', async () => {
    const one = signed();
    const twice = both(one, one);
    expect(['maker-one', undefined]).toContain(await signer(twice));
    const lists = {
      ...one,
      signature: [one['signature'] as string, signed({ by: 'checker-one' })['signature'] as string],
    };
    expect(await signer(lists)).toBeUndefined();
  });

  it('reads a raw key as Ed25519', () => {
    const { publicKey } = keys['maker-one'];
    const raw = Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url');
    expect(ed25519PublicKey(raw).equals(publicKey)).toBe(true);
  });
});

describe('a request is taken as signed', () => {
  it('when either header is there', () => {
    expect(isSigned({})).toBe(false);
    expect(isSigned({ signature: '' })).toBe(true);
    expect(isSigned({ 'signature-input': 'x' })).toBe(true);
  });
});

/** Puts two signatures on one request, as two lines of the same header arrive. */
function both(first: Headers, second: Headers): Headers {
  const join = (name: string): string => `${String(first[name])}, ${String(second[name])}`;
  return { ...first, 'signature-input': join('signature-input'), signature: join('signature') };
}
