/** Amounts are integer cents. Accounts are named `<fund>/<kind>`. */
export type AccountKind =
  /** Money given by donors and councils; the contra account of all others. */
  | 'given'
  /** Set aside for appeals, losses and fees. */
  | 'set-aside'
  | 'available'
  /** Reserved for grants. */
  | 'reserved'
  /** An instruction to a rail is committed, and may have been carried out. */
  | 'in-flight'
  /** A code is issued and not collected yet. */
  | 'outstanding'
  | 'paid';

export interface Posting {
  readonly fund: string;
  readonly from: AccountKind;
  readonly to: AccountKind;
  readonly amountCents: bigint;
  /** The obligation that it is for; undefined for deposits. */
  readonly obligation: string | undefined;
}

/** A posting to an account increases its balance. Only `given` may be negative. */
export function accountOf(fund: string, kind: AccountKind): string {
  return `${fund}/${kind}`;
}

/** Splits a grant into instruments of at most `maxCents`: 110,000 at 100,000 becomes 100,000 and 10,000. */
export function splitIntoInstruments(amountCents: bigint, maxCents: bigint): readonly bigint[] {
  const instruments: bigint[] = [];
  for (let rest = amountCents; rest > 0n; rest -= maxCents) instruments.push(rest < maxCents ? rest : maxCents);
  return instruments;
}

/** The share of a deposit that is set aside, rounded up to the cent. */
export function setAsideCents(depositCents: bigint, percent: number): bigint {
  return (depositCents * BigInt(percent) + 99n) / 100n;
}
