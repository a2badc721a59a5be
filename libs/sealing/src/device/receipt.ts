import { codeFrom, parseCode, randomCode, type CodeFault } from './crockford.js';

const RECEIPT_SYMBOLS = 16;
const PICKUP_SYMBOLS = 8;
const GROUP = /.{4}(?=.)/g;

export type ParsedReceipt =
  { readonly ok: true; readonly receipt: string } | { readonly ok: false; readonly code: CodeFault };

/** A new receipt code, `XXXX-XXXX-XXXX-XXXX`: 75 random bits in Crockford symbols, the last symbol a check. */
export function newReceipt(): string {
  return randomCode(RECEIPT_SYMBOLS - 1).replace(GROUP, '$&-');
}

/** Reads a receipt as people type or say it. The answer's `receipt` has the one written form. */
export function parseReceipt(text: string): ParsedReceipt {
  const parsed = parseCode(text, RECEIPT_SYMBOLS);
  return parsed.ok ? { ok: true, receipt: parsed.symbols.replace(GROUP, '$&-') } : parsed;
}

/**
 * The last three symbols of a receipt, to tell one's own from another's in a text message. The check symbol is one of
 * them: 60 bits of the receipt stay unsaid.
 */
export function receiptTail(receipt: string): string {
  return receipt.slice(-3);
}

/** A pick-up code from five derived bits per byte: seven symbols and a check symbol. */
export function pickupCodeFrom(bytes: Uint8Array): string {
  return codeFrom(bytes.subarray(0, PICKUP_SYMBOLS - 1));
}

export type ParsedPickupCode =
  { readonly ok: true; readonly pickupCode: string } | { readonly ok: false; readonly code: CodeFault };

/**
 * Reads a pick-up code as a person says it at a pick-up desk. A typing error is detected before a try is spent.
 */
export function parsePickupCode(text: string): ParsedPickupCode {
  const parsed = parseCode(text, PICKUP_SYMBOLS);
  return parsed.ok ? { ok: true, pickupCode: parsed.symbols } : parsed;
}
