import type { ValidationOptions } from 'class-validator';
import { isBase64urlOf, shape } from './shapes.js';

/** The prime 2^255 - 19 of both curves. */
const P = 2n ** 255n - 19n;
/** d = -121665/121666 of the curve of Ed25519 (RFC 8032, 5.1). */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const TOP_BIT = 1n << 255n;

/**
 * The u-coordinates of small order on Curve25519 and on its twist. X25519 with one of them gives zero for every private
 * key (RFC 7748, 6.1), so nothing can be sealed to it.
 */
const SMALL_U: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
]);

/** The y-coordinate of the points of order eight; their other sign has the same one, and their inverse `P - Y8`. */
const Y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;

/** The y-coordinates of small order on the curve of Ed25519: under such a key many signatures fit many messages. */
const SMALL_Y: ReadonlySet<bigint> = new Set([0n, 1n, P - 1n, Y8, P - Y8]);

/** Whether bytes are a public key of X25519 to which something can be sealed: canonical, and not of small order. */
export function isX25519Key(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const u = littleEndian(bytes);
  return u < P && !SMALL_U.has(u);
}

/** Whether bytes are a public key of Ed25519: a canonical point of the curve that is not of small order. */
export function isEd25519Key(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const encoded = littleEndian(bytes);
  const y = encoded & (TOP_BIT - 1n);
  return y < P && !SMALL_Y.has(y) && isOnCurve(y);
}

/**
 * x² = (y² - 1) / (dy² + 1) has a root if the quotient is a square, and the quotient is one exactly if the product is.
 */
function isOnCurve(y: bigint): boolean {
  const yy = (y * y) % P;
  return jacobi(((yy - 1n + P) * (D * yy + 1n)) % P, P) === 1;
}

/**
 * The Jacobi symbol over an odd modulus. Over a prime, 1 says that the numerator is a square. Euler's criterion takes
 * ten times as long.
 */
function jacobi(numerator: bigint, modulus: bigint): -1 | 0 | 1 {
  let [a, n] = [numerator, modulus];
  let symbol: -1 | 1 = 1;
  while (a !== 0n) {
    for (; (a & 1n) === 0n; a >>= 1n) if ((n & 7n) === 3n || (n & 7n) === 5n) symbol = symbol === 1 ? -1 : 1;
    if ((a & 3n) === 3n && (n & 3n) === 3n) symbol = symbol === 1 ? -1 : 1;
    [a, n] = [n % a, a];
  }
  return n === 1n ? symbol : 0;
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}

/** 32 bytes as canonical base64url that are a public key of X25519. */
export function IsX25519Key(options?: ValidationOptions): PropertyDecorator {
  return keyShape('x25519-key', isX25519Key, options);
}

/** 32 bytes as canonical base64url that are a public key of Ed25519. */
export function IsEd25519Key(options?: ValidationOptions): PropertyDecorator {
  return keyShape('ed25519-key', isEd25519Key, options);
}

function keyShape(name: string, isKey: (bytes: Uint8Array) => boolean, options?: ValidationOptions): PropertyDecorator {
  const schema = { type: 'string', contentEncoding: 'base64url', pattern: '^[A-Za-z0-9_-]{43}$', format: name };
  const test = (value: unknown): boolean => isBase64urlOf(value, 32) && isKey(bytesOf(value as string));
  return shape(name, test, { schema, options });
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (symbol) => symbol.charCodeAt(0));
}
