/** The actions of the partner and the carrier, one line of the journal each. Entries are never changed. */
export type CashEntry =
  | { readonly kind: 'cash-issued'; readonly reference: string; readonly amountCents: string; readonly code: string }
  | {
      readonly kind: 'cash-delayed';
      readonly reference: string;
      readonly amountCents: string;
      readonly code: string;
      /** Milliseconds since 1970. */
      readonly postsAtMs: number;
    }
  | { readonly kind: 'cash-pending'; readonly reference: string; readonly amountCents: string }
  | { readonly kind: 'cash-secret-lost'; readonly reference: string }
  | { readonly kind: 'cash-void'; readonly reference: string }
  | { readonly kind: 'cash-collected'; readonly reference: string };

export type SmsEntry =
  | { readonly kind: 'sms-accepted'; readonly reference: string; readonly recipient: string; readonly text: string }
  | {
      readonly kind: 'sms-delayed';
      readonly reference: string;
      readonly recipient: string;
      readonly text: string;
      readonly postsAtMs: number;
    };

export type Entry = CashEntry | SmsEntry;

/** The answer to a caller, before the simulated connection changes it. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}
