import type { Entry } from './entry.js';

export interface CashReference {
  /** How often money was issued under this reference. More than one is a double payment. */
  payments: number;
  amountCents: string;
  state: 'issued' | 'collected' | 'void' | 'pending' | 'delayed';
}

export interface Summary {
  readonly entries: number;
  readonly cash: {
    readonly issued: number;
    readonly collected: number;
    readonly voided: number;
    readonly pending: number;
    /** The sum of everything issued, whether voided later or not. */
    readonly issuedCents: string;
    readonly collectedCents: string;
    /** Issued and not voided: the amount that the city owes or has paid. */
    readonly standingCents: string;
    readonly references: Readonly<Record<string, CashReference>>;
  };
  readonly sms: {
    readonly accepted: number;
    readonly recipients: number;
    /** Texts per reference. */
    readonly references: Readonly<Record<string, number>>;
  };
}

/** Counts the journal entry by entry. It does not use the books, so that an error in them shows. */
export function summaryOf(entries: readonly Entry[]): Summary {
  const cash = new Map<string, CashReference>();
  const sms = new Map<string, number>();
  const recipients = new Set<string>();
  const count = { issued: 0, collected: 0, voided: 0 };
  const cents = { issued: 0n, collected: 0n };
  for (const entry of entries) {
    const at = (): CashReference => {
      const known = cash.get(entry.reference) ?? { payments: 0, amountCents: '0', state: 'void' };
      cash.set(entry.reference, known);
      return known;
    };
    switch (entry.kind) {
      case 'cash-issued':
        Object.assign(at(), { payments: at().payments + 1, amountCents: entry.amountCents, state: 'issued' });
        count.issued += 1;
        cents.issued += BigInt(entry.amountCents);
        break;
      case 'cash-delayed':
      case 'cash-pending':
        at().state = entry.kind === 'cash-delayed' ? 'delayed' : 'pending';
        break;
      case 'cash-void':
        at().state = 'void';
        count.voided += 1;
        break;
      case 'cash-collected':
        at().state = 'collected';
        count.collected += 1;
        cents.collected += BigInt(at().amountCents);
        break;
      case 'sms-accepted':
        sms.set(entry.reference, (sms.get(entry.reference) ?? 0) + 1);
        recipients.add(entry.recipient);
        break;
      case 'cash-secret-lost':
      case 'sms-delayed':
        break;
    }
  }
  const all = [...cash.values()];
  const standing = all.filter(({ state }) => state === 'issued' || state === 'collected');
  return {
    entries: entries.length,
    cash: {
      ...count,
      pending: all.filter(({ state }) => state === 'pending' || state === 'delayed').length,
      issuedCents: String(cents.issued),
      collectedCents: String(cents.collected),
      standingCents: String(standing.reduce((sum, { amountCents }) => sum + BigInt(amountCents), 0n)),
      references: Object.fromEntries(cash),
    },
    sms: {
      accepted: [...sms.values()].reduce((sum, texts) => sum + texts, 0),
      recipients: recipients.size,
      references: Object.fromEntries(sms),
    },
  };
}
