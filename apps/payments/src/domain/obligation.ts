export type GrantKind = 'rapid' | 'standard';

/**
 * The debt of the city for one grant. It contains no person: the link to the household is stored elsewhere, sealed, and
 * deleted first. `open`: nothing is reserved yet. `closed`: nothing more will happen.
 */
export interface Obligation {
  /** Keyed hash of the grant, base64url. Each grant has one obligation as long as the ledger exists. */
  readonly id: string;
  readonly kind: GrantKind;
  readonly amountCents: bigint;
  readonly needs: readonly string[];
  readonly tier: number;
  readonly serviceArea: string;
  readonly status: 'open' | 'reserved' | 'waiting-list' | 'closed';
  readonly fund: string | undefined;
  readonly instruments: readonly Instrument[];
  /**
   * Keyed hash of the grant, base64url, from which the references at the rail are made. Absent: the ledger does not
   * contain the obligation yet, or the payment can no longer be disputed and nobody can compute its references again.
   */
  readonly railName?: string;
}

/**
 * - `waiting-release`: people must agree. `capped`: released without people when the hour of the site has room again.
 * - `intended`: committed to be sent. `unknown`: sent, and the outcome is not known.
 * - `issued`: the code is out. `void`: a definite no; it is never paid under this reference.
 * - `disputed`: the rail contradicts itself or the ledger; people must look.
 */
export type InstrumentState =
  'waiting-release' | 'capped' | 'intended' | 'unknown' | 'issued' | 'collected' | 'void' | 'disputed';

/** One instrument, at most the profile's maximum. A new generation begins only after a definite no. */
export interface Instrument {
  readonly number: number;
  readonly generation: number;
  readonly amountCents: bigint;
  readonly payoutMethod: string;
  readonly site: string | undefined;
  readonly state: InstrumentState;
  /** It is issued and is being voided, because its code was lost on the way or it is taken back. */
  readonly isSecretLost: boolean;
  /** A rail worker has claimed it. An intended instrument that no worker has claimed was certainly never sent. */
  readonly isClaimed: boolean;
  /**
   * The ledger was restored, so the instrument may have been sent, and its code reported, without a trace in the
   * ledger. The rail is asked before anything is sent, and only the rail's definite no takes the instrument back.
   */
  readonly inquireFirst: boolean;
}

export function isWaiting({ state }: Instrument): boolean {
  return state === 'waiting-release' || state === 'capped';
}

/** True if the instrument certainly has not reached a rail. */
export function canBeTakenBack(instrument: Instrument): boolean {
  return !instrument.inquireFirst && isUnsent(instrument);
}

/** True if the instrument has not reached a rail as far as the ledger knows. */
export function isUnsent(instrument: Instrument): boolean {
  return isWaiting(instrument) || (instrument.state === 'intended' && !instrument.isClaimed);
}

/** True if the code is out and can still be collected. */
export function isOut({ state, isSecretLost }: Pick<Instrument, 'state' | 'isSecretLost'>): boolean {
  return state === 'issued' && !isSecretLost;
}

/** The amount to reserve: everything, or only what came back. */
export function owedCents(obligation: Obligation): bigint {
  const back = presentInstruments(obligation).filter(({ state }) => state === 'void');
  if (back.length === 0) return obligation.amountCents;
  return back.reduce((sum, { amountCents }) => sum + amountCents, 0n);
}

/** The newest generation of each instrument. Older ones are void. */
export function presentInstruments(obligation: Obligation): readonly Instrument[] {
  const newest = new Map<number, Instrument>();
  for (const instrument of obligation.instruments) {
    if ((newest.get(instrument.number)?.generation ?? -1) < instrument.generation)
      newest.set(instrument.number, instrument);
  }
  return [...newest.values()];
}
