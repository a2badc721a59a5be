import { accountOf, setAsideCents, type Posting } from './money.js';

export interface Opening {
  readonly code: string;
  readonly openingCents: bigint;
}

/**
 * Books the opening balance of each fund once.
 *
 * @param given names of the accounts that were given something already
 */
export function openingPostings(
  funds: readonly Opening[],
  given: ReadonlySet<string>,
  reservePercent: number,
): readonly Posting[] {
  return funds
    .filter(({ code, openingCents }) => openingCents > 0n && !given.has(accountOf(code, 'given')))
    .flatMap(({ code, openingCents }): Posting[] => {
      const kept = setAsideCents(openingCents, reservePercent);
      const line = { fund: code, from: 'given', obligation: undefined } as const;
      return [
        { ...line, to: 'available', amountCents: openingCents - kept },
        ...(kept > 0n ? [{ ...line, to: 'set-aside', amountCents: kept } as const] : []),
      ];
    });
}
