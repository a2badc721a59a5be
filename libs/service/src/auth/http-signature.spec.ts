import { describe, expect, it } from '@jest/globals';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import {
  deviceClaim,
  digestFits,
  isSigned,
  isSignedWith,
  isWithin,
  staffClaim,
  type SignatureClaim,
  type SignedHead,
} from './http-signature.js';

const now = new Date('2099-11-02T10:00:00Z');
const seconds = now.getTime() / 1000;
const body = Buffer.from('{"batch":"one"}');
const path = '/v1/release/batches';
const nonce = Buffer.alloc(16, 7).toString('base64url');
const keys = { own: generateKeyPairSync('ed25519'), other: generateKeyPairSync('ed25519') };

interface Wanted {
  readonly keyid?: string;
  readonly by?: keyof typeof keys;
  readonly covered?: string;
  readonly time?: string;
  readonly more?: string;
  readonly method?: string;
  readonly path?: string;
  readonly label?: string;
}

type Headers = Record<string, string | string[] | undefined>;

/** Signs as an enrolled device does. It does not use the code under test, so that both sides cannot share a mistake. */
function signed(wanted: Wanted = {}): Headers {
  const { keyid = 'maker-one', by = 'own', covered = '"@method" "@path" "content-digest"', label = 'sig1' } = wanted;
  const { time = `;created=${seconds}`, more = '' } = wanted;
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const values: Record<string, string> = {
    '"@method"': wanted.method ?? 'POST',
    '"@path"': wanted.path ?? path,
    '"content-digest"': digest,
  };
  const params = `(${covered})${time};keyid="${keyid}";alg="ed25519"${more}`;
  const lines = covered.split(' ').map((name) => `${name}: ${values[name]}`);
  const base = [...lines, `"@signature-params": ${params}`].join('\n');
  const signature = sign(null, Buffer.from(base), keys[by].privateKey).toString('base64');
  return { 'content-digest': digest, 'signature-input': `${label}=${params}`, signature: `${label}=:${signature}:` };
}

const asStaff = (tag = 'payments', more = `;nonce="${nonce}";tag="${tag}"`): Wanted => ({ more });
const head = (headers: Headers): SignedHead => ({ method: 'POST', path, headers });
const isOwn = (claim: SignatureClaim | undefined): boolean =>
  claim !== undefined && isSignedWith(keys.own.publicKey, claim);

describe('the signature of a device', () => {
  it('fits its key, method, path, digest and time, and no others', () => {
    expect(isOwn(deviceClaim(head(signed())))).toBe(true);
    expect(isOwn(deviceClaim(head(signed({ by: 'other' }))))).toBe(false);
    expect(isOwn(deviceClaim(head(signed({ method: 'PUT' }))))).toBe(false);
    expect(isOwn(deviceClaim(head(signed({ path: '/v1/release/approvals' }))))).toBe(false);
    const later = { ...signed(), 'signature-input': signed({ time: `;created=${seconds + 1}` })['signature-input'] };
    expect(isOwn(deviceClaim(head(later)))).toBe(false);
    const renamed = { ...signed(), 'signature-input': signed({ keyid: 'maker-two' })['signature-input'] };
    expect(isOwn(deviceClaim(head(renamed)))).toBe(false);
  });

  it('fits no key when its name is not known, and costs a verification as well', () => {
    const claim = deviceClaim(head(signed()));
    expect(claim?.keyId).toBe('maker-one');
    expect(claim !== undefined && isSignedWith(undefined, claim)).toBe(false);
  });

  it('has a time that differs from ours by as much as is allowed, and no more', () => {
    const off = (by: number): boolean => {
      const claim = deviceClaim(head(signed({ time: `;created=${seconds + by}` })));
      return claim !== undefined && isWithin(600, claim, now);
    };
    expect([-601, -600, 0, 600, 601].map(off)).toEqual([false, true, true, true, false]);
  });
});

describe('the signature of staff', () => {
  it('is for one service, and has a nonce', () => {
    const claim = staffClaim(head(signed(asStaff())), 'payments');
    expect(isOwn(claim)).toBe(true);
    expect(claim?.nonce).toEqual(Buffer.alloc(16, 7));
    expect(staffClaim(head(signed(asStaff())), 'eligibility')).toBeUndefined();
    expect(staffClaim(head(signed(asStaff('eligibility'))), 'payments')).toBeUndefined();
  });

  it('covers the nonce and the service', () => {
    const other = Buffer.alloc(16, 8).toString('base64url');
    for (const more of [`;nonce="${other}";tag="payments"`, `;nonce="${nonce}";tag="intake"`]) {
      const changed = { ...signed(asStaff()), 'signature-input': signed({ more })['signature-input'] };
      expect(isOwn(staffClaim(head(changed), more.includes('intake') ? 'intake' : 'payments'))).toBe(false);
    }
  });

  it.each<[string, Wanted]>([
    ['of a device', {}],
    ['without a service', { more: `;nonce="${nonce}"` }],
    ['without a nonce', { more: ';tag="payments"' }],
    ['with a short nonce', asStaff('payments', `;nonce="${nonce.slice(1)}";tag="payments"`)],
    ['with a second spelling of its nonce', asStaff('payments', `;nonce="${nonce.slice(0, 21)}x";tag="payments"`)],
    ['with its parameters in another order', asStaff('payments', `;tag="payments";nonce="${nonce}"`)],
    ['with one parameter more', asStaff('payments', `;nonce="${nonce}";tag="payments";expires=9`)],
  ])('is none when it is one %s', (_name, wanted) => {
    expect(staffClaim(head(signed(wanted)), 'payments')).toBeUndefined();
  });

  it('is none of a device', () => {
    expect(deviceClaim(head(signed(asStaff())))).toBeUndefined();
  });
});

const good = signed();
const input = String(good['signature-input']);
const signature = String(good['signature']);
const join = (text: string): string => `${text}, ${text}`;

describe('headers of any other form are no signature', () => {
  it.each<[string, Headers]>([
    ['no digest', { ...good, 'content-digest': undefined }],
    ['no signature', { ...good, signature: undefined }],
    ['no input', { ...good, 'signature-input': undefined }],
    ['two digests', { ...good, 'content-digest': [good, good].map((one) => String(one['content-digest'])) }],
    ['a digest with a second spelling', { ...good, 'content-digest': `sha-256=:${'A'.repeat(42)}B=:` }],
    ['two inputs', { ...good, 'signature-input': join(input), signature: join(signature) }],
    ['two signatures in a list', { ...good, signature: [signature, signature] }],
    ['thousands of members', { ...good, 'signature-input': `${input}, `.repeat(4_000) + input }],
    ['thousands of components', signed({ covered: '"@method" '.repeat(4_000) + '"@path" "content-digest"' })],
    ['another label', signed({ label: 'sig' })],
    ['a signature under another label', { ...good, signature: signature.replace('sig1', 'sig2') }],
    ['no time', signed({ time: '' })],
    ['a time that is none', signed({ time: ';created=now' })],
    ['a time before all times', signed({ time: ';created=-5' })],
    ['a fraction of a second', signed({ time: ';created=1.5' })],
    ['a time of eleven digits', signed({ time: ';created=99999999999' })],
    ['no body', signed({ covered: '"@method" "@path"' })],
    ['no path', signed({ covered: '"@method" "content-digest"' })],
    ['another order', signed({ covered: '"@path" "@method" "content-digest"' })],
    ['a space', { ...good, 'signature-input': `${input} ` }],
    ['a capital letter in the name', signed({ keyid: 'Maker-one' })],
    ['a name of 41 letters', signed({ keyid: 'a'.repeat(41) })],
    ['a name of two letters', signed({ keyid: 'ab' })],
    ['another algorithm', { ...good, 'signature-input': input.replace('ed25519', 'hmac-sha256') }],
    ['an empty signature', { ...good, signature: '' }],
    ['words instead of a signature', { ...good, signature: 'sig1=:Maria Lopez:' }],
    ['a signature of other length', { ...good, signature: 'sig1=:AAAA:' }],
    ['a signature with a second spelling', { ...good, signature: signature.replace(/.==:$/, 'x==:') }],
  ])('%s', (_name, headers) => {
    expect(deviceClaim(head(headers))).toBeUndefined();
  });

  it('the longest input that a sender of ours writes is short enough', () => {
    const longest = signed({ keyid: 'a'.repeat(40), ...asStaff('notification') });
    expect(String(longest['signature-input']).length).toBeLessThanOrEqual(300);
    expect(staffClaim(head(longest), 'notification')).toBeDefined();
  });
});

describe('a digest', () => {
  it('is that of the body and of no other', () => {
    expect(digestFits(good, body)).toBe(true);
    expect(digestFits(good, Buffer.from('{"batch":"two"}'))).toBe(false);
    expect(digestFits({ ...good, 'content-digest': undefined }, body)).toBe(false);
  });
});

describe('a request is taken as signed', () => {
  it('when either header is there', () => {
    expect(isSigned({})).toBe(false);
    expect(isSigned({ signature: '' })).toBe(true);
    expect(isSigned({ 'signature-input': 'x' })).toBe(true);
  });
});
