import { Inject, Injectable } from '@nestjs/common';
import { toBase64url } from '#libs/sealing';
import { keyedHash, type KeyedHash } from '#libs/service';

// All ids that payments derives. Each folder gets only its own. No random number decides about money, so that repeated
// work derives the same id.

/** Ids that disbursement derives. */
@Injectable()
export class GrantPseudonyms {
  constructor(
    @Inject(keyedHash('ledger')) private readonly ledger: KeyedHash,
    @Inject(keyedHash('pick-up')) private readonly pickup: KeyedHash,
  ) {}

  /** The obligation of a grant. */
  obligationOf(grant: string): string {
    return toBase64url(this.ledger('obligation', grant));
  }

  /**
   * The name of a grant's obligation from which its references at the rail are made. Nobody can compute it from the
   * obligation, so that the ledger's link to the partner's books ends when it is deleted.
   */
  railNameOf(grant: string): string {
    return toBase64url(this.ledger('rail', grant));
  }

  /** The stored hash of a pick-up code. */
  pickupOf(code: string): string {
    return toBase64url(this.pickup(code));
  }
}

/** Ids that the ledger derives. */
@Injectable()
export class BookPseudonyms {
  constructor(
    @Inject(keyedHash('ledger')) private readonly ledger: KeyedHash,
    @Inject(keyedHash('rail-reference')) private readonly reference: KeyedHash,
  ) {}

  /** An order on the waiting list that nobody can choose. */
  orderOf(obligation: string): Uint8Array {
    return this.ledger('order', obligation);
  }

  /** The reference of one generation of an instrument at the rail, 32 bytes. */
  railReferenceOf(railName: string, number: number, generation: number): Buffer {
    return Buffer.from(this.reference(railName, number, generation));
  }
}
