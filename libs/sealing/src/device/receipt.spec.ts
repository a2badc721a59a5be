import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { codeFrom } from './crockford.js';
import { newReceipt, parsePickupCode, parseReceipt, pickupCodeFrom, receiptTail } from './receipt.js';

const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.split('');
const receipts = Array.from({ length: 20 }, newReceipt);

describe('a receipt code', () => {
  it('is four groups of four unmistakable symbols', () => {
    for (const receipt of receipts) expect(receipt).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  it('is not made twice, and uses every symbol at every random place', () => {
    const many = Array.from({ length: 2_000 }, newReceipt);
    expect(new Set(many).size).toBe(many.length);
    for (let at = 0; at < 18; at += 1) {
      if (at % 5 === 4) continue;
      expect(new Set(many.map((receipt) => receipt[at])).size).toBe(32);
    }
  });

  it('is fifteen bytes of the platform’s secure source, each of them a symbol, and nothing else', () => {
    const drawn: Uint8Array[] = [];
    const real = globalThis.crypto.getRandomValues.bind(globalThis.crypto);
    const source = jest.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation((array) => {
      drawn.push(real(array) as unknown as Uint8Array);
      return array;
    });
    try {
      for (let n = 1; n <= 200; n += 1) {
        const receipt = newReceipt();
        expect([drawn.length, drawn.at(-1)?.length]).toEqual([n, 15]);
        expect(receipt.replaceAll('-', '')).toBe(codeFrom(drawn.at(-1) as Uint8Array));
      }
    } finally {
      source.mockRestore();
    }
  });

  it('reads itself', () => {
    for (const receipt of receipts) expect(parseReceipt(receipt)).toEqual({ ok: true, receipt });
  });

  it('is read however it is typed', () => {
    const receipt = '0123-4567-89AB-CDE1';
    const symbols = codeFrom(Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]));
    expect(symbols.slice(0, 15)).toBe(receipt.replaceAll('-', '').slice(0, 15));
    const written = symbols.replace(/.{4}(?=.)/g, '$&-');
    const typings = [
      symbols,
      symbols.toLowerCase(),
      ` ${symbols.split('').join(' ')}\n`,
      written.replaceAll('-', '\u2013'),
      written.replaceAll('-', ' - '),
      written.replaceAll('-', '\u2212').replaceAll('0', 'o'),
      written.replaceAll('0', 'O').replaceAll('1', 'I'),
      written.replaceAll('0', 'o').replaceAll('1', 'l'),
      written.replaceAll('1', 'i').replaceAll('1', 'L'),
      written.replaceAll(/[0-9A-Z]/g, (symbol) => String.fromCharCode(symbol.charCodeAt(0) + 0xfee0)),
    ];
    for (const typing of typings) expect(parseReceipt(typing)).toEqual({ ok: true, receipt: written });
  });

  it('notices every single wrong symbol', () => {
    for (const receipt of receipts) {
      for (let at = 0; at < receipt.length; at += 1) {
        if (receipt[at] === '-') continue;
        for (const symbol of SYMBOLS.filter((other) => other !== receipt[at])) {
          const wrong = receipt.slice(0, at) + symbol + receipt.slice(at + 1);
          expect(parseReceipt(wrong)).toEqual({ ok: false, code: 'check-failed' });
        }
      }
    }
  });

  it('notices every exchange of two symbols, neighbours or not', () => {
    for (const receipt of receipts.map((written) => written.replaceAll('-', ''))) {
      for (let one = 0; one < 16; one += 1) {
        for (let other = one + 1; other < 16; other += 1) {
          const symbols = receipt.split('');
          if (symbols[one] === symbols[other]) continue;
          [symbols[one], symbols[other]] = [symbols[other] as string, symbols[one] as string];
          expect(parseReceipt(symbols.join(''))).toEqual({ ok: false, code: 'check-failed' });
        }
      }
    }
  });

  it.each([
    ['', 'too-short'],
    ['0123-4567-89AB-CDE', 'too-short'],
    ['0000-0000-0000-0000-0', 'too-long'],
    ['0000-0000-0000-000U', 'unknown-symbol'],
    ['0000-0000-0000-000ß', 'unknown-symbol'],
    ['0000-0000-0000-000ı', 'unknown-symbol'],
    ['0000-0000-0000-000О', 'unknown-symbol'],
    ['0000-0000-0000-000*', 'unknown-symbol'],
  ])('answers %j with %s', (text, code) => {
    expect(parseReceipt(text)).toEqual({ ok: false, code });
  });

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => typeof parseReceipt(text).ok === 'boolean'),
    );
  });

  it('shows its last three symbols and no more', () => {
    expect(receiptTail('0123-4567-89AB-C7Q2')).toBe('7Q2');
  });
});

describe('a pick-up code', () => {
  it('is seven symbols and a check, and is read as it is said', () => {
    const pickupCode = pickupCodeFrom(Uint8Array.from([31, 0, 1, 250, 4, 5, 6, 99]));
    expect(pickupCode).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
    expect(pickupCode.slice(0, 7)).toBe('Z01T456');
    const spoken = `${pickupCode.slice(0, 4)} ${pickupCode.slice(4)}`.toLowerCase();
    expect(parsePickupCode(spoken)).toEqual({ ok: true, pickupCode });
    const wrong = (pickupCode[0] === 'A' ? 'B' : 'A') + pickupCode.slice(1);
    expect(parsePickupCode(wrong)).toEqual({ ok: false, code: 'check-failed' });
    expect(parsePickupCode(newReceipt())).toEqual({ ok: false, code: 'too-long' });
  });
});
