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
 * uses apart (a signature over a day key can never pass as one over a record header).
 *
 * @throws SealingError `malformed` for text that has no UTF-8 form and for numbers that are not whole and safe
 */
export function canonicalBytes(domain: string, parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const encoded = [domain, ...parts].map(encodePart);
  const out = new Uint8Array(encoded.reduce((size, part) => size + PART_HEADER_BYTES + part.bytes.length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const { tag, bytes } of encoded) {
    out[at] = tag;
    view.setUint32(at + 1, bytes.length);
    out.set(bytes, at + PART_HEADER_BYTES);
    at += PART_HEADER_BYTES + bytes.length;
  }
  return out;
}

function encodePart(part: Part): { readonly tag: number; readonly bytes: Uint8Array } {
  if (typeof part === 'string') {
    // A lone surrogate would be encoded as U+FFFD, so that two different texts would give equal bytes.
    if (!part.isWellFormed()) throw new SealingError('malformed');
    return { tag: TAG_TEXT, bytes: utf8.encode(part) };
  }
  if (typeof part === 'number') {
    if (!Number.isSafeInteger(part) || part < 0) throw new SealingError('malformed');
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(part));
    return { tag: TAG_NUMBER, bytes };
  }
  return { tag: TAG_BYTES, bytes: part };
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
