/** What the partner and the carrier have done, one line of the journal each. Nothing in it is ever changed. */
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

/** What a caller is told, and what becomes of the answer on its way. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}
