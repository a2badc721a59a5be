/** Amounts are integer cents. Accounts are named `<fund>/<what>`. */
export type AccountKind =
  /** What donors and councils gave; the contra side of everything. */
  | 'given'
  /** Kept back for appeals, losses and fees. */
  | 'set-aside'
  | 'available'
  /** Promised to grants. */
  | 'reserved'
  /** An instruction to a rail is committed; it may have been carried out. */
  | 'in-flight'
  /** A code is out and not collected yet. */
  | 'outstanding'
  | 'paid';

export interface Posting {
  readonly fund: string;
  readonly from: AccountKind;
  readonly to: AccountKind;
  readonly amountCents: bigint;
  /** Which obligation it is about; undefined for deposits. */
  readonly obligation: string | undefined;
}

/** An account's balance grows with what is posted to it; `given` is the only one that goes below nothing. */
export function accountOf(fund: string, kind: AccountKind): string {
  return `${fund}/${kind}`;
}

/** Splits a grant into instruments of at most `maxCents`: 110,000 at 100,000 becomes 100,000 and 10,000. */
export function splitIntoInstruments(amountCents: bigint, maxCents: bigint): readonly bigint[] {
  const instruments: bigint[] = [];
  for (let rest = amountCents; rest > 0n; rest -= maxCents) instruments.push(rest < maxCents ? rest : maxCents);
  return instruments;
}

/** The share of a deposit that is kept back, rounded up to the cent. */
export function setAsideCents(depositCents: bigint, percent: number): bigint {
  return (depositCents * BigInt(percent) + 99n) / 100n;
}
