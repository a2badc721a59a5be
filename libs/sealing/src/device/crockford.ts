/** Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SYMBOL_BITS_MASK = 31;

export type CodeFault = 'unknown-symbol' | 'too-short' | 'too-long' | 'check-failed';
export type ParsedCode =
  { readonly ok: true; readonly symbols: string } | { readonly ok: false; readonly code: CodeFault };

/** `count` random symbols of five bits each, then their check symbol. */
export function randomCode(count: number): string {
  return codeFrom(globalThis.crypto.getRandomValues(new Uint8Array(count)));
}

/** The low five bits of each byte as a symbol, then the check symbol. */
export function codeFrom(bytes: Uint8Array): string {
  const values = Array.from(bytes, (byte) => byte & SYMBOL_BITS_MASK);
  return [...values, checkValue(values)].map((value) => ALPHABET.charAt(value)).join('');
}

/**
 * Reads a code as people type it: any case, spaces and dashes anywhere, O for 0, I and L for 1.
 * `length` counts the check symbol.
 */
export function parseCode(text: string, length: number): ParsedCode {
  const typed = text.normalize('NFKC').replace(/[\s\p{Dash_Punctuation}\u2212_.]/gu, '');
  const values: number[] = [];
  for (const symbol of typed) {
    const value = valueOf(symbol);
    if (value === undefined) return { ok: false, code: 'unknown-symbol' };
    values.push(value);
  }
  if (values.length < length) return { ok: false, code: 'too-short' };
  if (values.length > length) return { ok: false, code: 'too-long' };
  if (checkValue(values.slice(0, -1)) !== values.at(-1)) return { ok: false, code: 'check-failed' };
  return { ok: true, symbols: values.map((value) => ALPHABET.charAt(value)).join('') };
}

function valueOf(symbol: string): number | undefined {
  // Only ASCII is put in upper case: elsewhere one letter may become two, or another alphabet's letter an I.
  if (!/^[0-9A-Za-z]$/.test(symbol)) return undefined;
  const upper = symbol.toUpperCase();
  if (upper === 'O') return 0;
  if (upper === 'I' || upper === 'L') return 1;
  const value = ALPHABET.indexOf(upper);
  return value < 0 ? undefined : value;
}

/**
 * One Reed-Solomon check symbol over GF(32): the symbols, taken as the coefficients of a polynomial, have a zero at the
 * field's generator. Up to 31 symbols every position has its own non-zero weight, so each single wrong symbol and each
 * exchange of two symbols, neighbours or not, is noticed for certain; anything else with 31 chances in 32.
 */
function checkValue(values: readonly number[]): number {
  return values.reduce((sum, value) => timesGenerator(sum ^ value), 0);
}

/** Multiplication by x in GF(2)[x] / (x^5 + x^2 + 1), whose powers run through all 31 non-zero elements. */
function timesGenerator(value: number): number {
  const doubled = value << 1;
  return doubled > SYMBOL_BITS_MASK ? doubled ^ 0b100101 : doubled;
}
