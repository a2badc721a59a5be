export type GrantKind = 'rapid' | 'standard';

/**
 * What the city owes for one grant. It holds no person: who it is for is kept elsewhere, sealed, and forgotten first.
 * `open`: nothing is reserved yet. `closed`: nothing more will happen.
 */
export interface Obligation {
  /** Keyed hash of the grant, base64url: one obligation for each grant, for the life of the ledger. */
  readonly id: string;
  readonly kind: GrantKind;
  readonly amountCents: bigint;
  readonly needs: readonly string[];
  readonly tier: number;
  readonly serviceArea: string;
  readonly status: 'open' | 'reserved' | 'waiting-list' | 'closed';
  readonly fund: string | undefined;
  readonly instruments: readonly Instrument[];
}

/**
 * - `waiting-release`: people must agree. `capped`: goes out by itself when the site's hour has room again.
 * - `intended`: committed to be sent. `unknown`: sent, and nobody knows what became of it.
 * - `issued`: the code is out. `void`: a definite no; never paid and never will be under this reference.
 * - `held`: something contradicts itself; people must look.
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
  /** It is out, but of no use any more: its code was lost on the way to us, or it is taken back. It is being voided. */
  readonly isSecretLost: boolean;
  /** Somebody has begun to carry it to the partner. An intent that nobody has taken up was certainly never sent. */
  readonly isClaimed: boolean;
  /**
   * The books were restored to an older state: it may have been sent, and its code may have been told, without their
   * knowing. The rail is asked before anything is sent, and only its definite no takes it back.
   */
  readonly inquireFirst: boolean;
}

export function isWaiting({ state }: Instrument): boolean {
  return state === 'waiting-release' || state === 'capped';
}

/** True for what certainly has not reached a rail. */
export function canBeTakenBack(instrument: Instrument): boolean {
  return !instrument.inquireFirst && isUnsent(instrument);
}

/** As far as the books know, it has not reached a rail. */
export function isUnsent(instrument: Instrument): boolean {
  return isWaiting(instrument) || (instrument.state === 'intended' && !instrument.isClaimed);
}

/** Out, and to be made worthless before anybody collects it. */
export function isOut({ state, isSecretLost }: Instrument): boolean {
  return state === 'issued' && !isSecretLost;
}

/** What is promised, or has to be: everything, or what came back of it. */
export function owedCents(obligation: Obligation): bigint {
  const back = presentInstruments(obligation).filter(({ state }) => state === 'void');
  if (back.length === 0) return obligation.amountCents;
  return back.reduce((sum, { amountCents }) => sum + amountCents, 0n);
}

/** The newest generation of each instrument: older ones are void. */
export function presentInstruments(obligation: Obligation): readonly Instrument[] {
  const newest = new Map<number, Instrument>();
  for (const instrument of obligation.instruments) {
    if ((newest.get(instrument.number)?.generation ?? -1) < instrument.generation)
      newest.set(instrument.number, instrument);
  }
  return [...newest.values()];
}
