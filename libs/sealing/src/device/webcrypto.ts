import { concatBytes, fromBase64url } from '../bytes.js';
import { SealingError } from '../errors.js';

const ED25519_PKCS8 = hex('302e020100300506032b657004220420');
const X25519_PKCS8 = hex('302e020100300506032b656e04220420');
const X25519_BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));

export async function sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await subtle().digest('SHA-256', backed(bytes)));
}

/** HKDF-SHA256 (RFC 5869) with an empty salt: one output per label from one uniformly random seed. */
export async function hkdf(seed: CryptoKey, label: string, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const params = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: new TextEncoder().encode(label) };
  return new Uint8Array(await subtle().deriveBits(params, seed, bytes * 8));
}

export function importSeed(seed: Uint8Array): Promise<CryptoKey> {
  return subtle().importKey('raw', backed(seed), 'HKDF', false, ['deriveBits']);
}

export interface SigningPair {
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly privateKey: CryptoKey;
}

/** Ed25519 from its 32 private bytes. WebCrypto tells the public key of a private one only in a JWK. */
export async function signingPair(seed: Uint8Array): Promise<SigningPair> {
  const pkcs8 = concatBytes(ED25519_PKCS8, seed);
  try {
    const exportable = await subtle().importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
    const { x } = await subtle().exportKey('jwk', exportable);
    const publicKey = fromBase64url(x ?? '');
    return { publicKey, privateKey: await subtle().importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']) };
  } catch {
    throw new SealingError('unsupported-device');
  } finally {
    pkcs8.fill(0);
  }
}

export interface AgreementPair {
  readonly publicKey: CryptoKey;
  readonly publicBytes: Uint8Array<ArrayBuffer>;
  readonly privateKey: CryptoKey;
}

/** X25519 from its 32 private bytes; the public key is their product with the base point (RFC 7748 section 6.1). */
export async function agreementPair(seed: Uint8Array): Promise<AgreementPair> {
  const pkcs8 = concatBytes(X25519_PKCS8, seed);
  try {
    const privateKey = await subtle().importKey('pkcs8', pkcs8, 'X25519', false, ['deriveBits']);
    const base = await importAgreementKey(X25519_BASE_POINT);
    const bits = await subtle().deriveBits({ name: 'X25519', public: base }, privateKey, 256);
    const publicBytes = new Uint8Array(bits);
    return { privateKey, publicBytes, publicKey: await importAgreementKey(publicBytes) };
  } catch {
    throw new SealingError('unsupported-device');
  } finally {
    pkcs8.fill(0);
  }
}

function importAgreementKey(raw: Uint8Array): Promise<CryptoKey> {
  return subtle().importKey('raw', backed(raw), 'X25519', true, []);
}

export async function signWith(privateKey: CryptoKey, message: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await subtle().sign('Ed25519', privateKey, backed(message)));
}

export async function verifyWith(raw: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const publicKey = await subtle().importKey('raw', backed(raw), 'Ed25519', false, ['verify']);
  return subtle().verify('Ed25519', publicKey, backed(signature), backed(message));
}

/** WebCrypto is missing on pages that are neither https nor local. */
function subtle(): SubtleCrypto {
  const found = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (found === undefined) throw new SealingError('unsupported-device');
  return found;
}

/** The compiler wants to hear that the bytes are not shared memory, which WebCrypto refuses. */
function backed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
