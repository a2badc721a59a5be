import { SealingError } from './errors.js';

/** One value inside canonical bytes. Numbers are whole, from 0 to `Number.MAX_SAFE_INTEGER`. */
export type Part = string | number | Uint8Array;

const TAG_TEXT = 1;
const TAG_NUMBER = 2;
const TAG_BYTES = 3;
const PART_HEADER_BYTES = 5;

const utf8 = new TextEncoder();

/**
 * The one encoding of a list of values that is signed, hashed or bound anywhere in the system: per value a type byte,
 * its length (4 bytes, big-endian) and its bytes. Two different lists never give equal bytes, and `domain` keeps the
 * uses apart (a signature over a day key can never pass as one over an envelope header).
 *
 * @throws SealingError `malformed` for text that has no UTF-8 form and for numbers that are not whole and safe
 */
export function canonicalBytes(domain: string, parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  let sizeMax = roomFor(domain);
  for (const part of parts) sizeMax += roomFor(part);
  const out = new Uint8Array(sizeMax);
  let at = writePart(out, 0, domain);
  for (const part of parts) at = writePart(out, at, part);
  return at === sizeMax ? out : out.slice(0, at);
}

/** An upper bound: a UTF-16 unit takes at most three bytes in UTF-8. */
function roomFor(part: Part): number {
  const content = typeof part === 'string' ? part.length * 3 : typeof part === 'number' ? 8 : part.length;
  return PART_HEADER_BYTES + content;
}

/** @returns where the next part begins */
function writePart(out: Uint8Array, at: number, part: Part): number {
  const start = at + PART_HEADER_BYTES;
  if (typeof part === 'string') return writeHeader(out, at, TAG_TEXT, writeText(out, start, part));
  if (typeof part === 'number') {
    if (!Number.isSafeInteger(part) || part < 0) throw new SealingError('malformed');
    writeUint32(out, start, Math.floor(part / 2 ** 32));
    writeUint32(out, start + 4, part % 2 ** 32);
    return writeHeader(out, at, TAG_NUMBER, 8);
  }
  out.set(part, start);
  return writeHeader(out, at, TAG_BYTES, part.length);
}

function writeText(out: Uint8Array, start: number, text: string): number {
  // A lone surrogate would be encoded as U+FFFD, so that two different texts would give equal bytes.
  if (!text.isWellFormed()) throw new SealingError('malformed');
  return utf8.encodeInto(text, out.subarray(start)).written;
}

function writeHeader(out: Uint8Array, at: number, tag: number, length: number): number {
  out[at] = tag;
  writeUint32(out, at + 1, length);
  return at + PART_HEADER_BYTES + length;
}

function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

/** Joins byte strings into a new one. */
export function concatBytes(...chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64url without padding (RFC 4648 section 5). */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const symbols = left >= 3 ? 4 : left + 1;
    for (let n = 0; n < symbols; n += 1) text += BASE64URL.charAt((group >> (18 - 6 * n)) & 63);
  }
  return text;
}

/**
 * Strict inverse of `toBase64url`: one text per byte string. Padding, the `+/` alphabet, white space and non-zero
 * left-over bits are refused, so that a value cannot be sent in two spellings and counted twice.
 *
 * @throws SealingError `malformed`
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 === 1) throw new SealingError('malformed');
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const symbol of text) {
    const value = BASE64URL.indexOf(symbol);
    if (value < 0) throw new SealingError('malformed');
    bits = ((bits << 6) | value) & 0xfff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[at] = (bits >> held) & 0xff;
      at += 1;
    }
  }
  if ((bits & ((1 << held) - 1)) !== 0) throw new SealingError('malformed');
  return out;
}
