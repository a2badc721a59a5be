import { Inject, Injectable } from '@nestjs/common';
import { toBase64url } from '#libs/sealing';
import { keyedHash, type KeyedHash } from '#libs/service';

// Every derived id that payments can make: each room is given its own. No random number decides money: what is lost and
// done again has the same id.

/** What disbursement derives. */
@Injectable()
export class GrantPseudonyms {
  constructor(
    @Inject(keyedHash('ledger')) private readonly ledger: KeyedHash,
    @Inject(keyedHash('pick-up')) private readonly pickup: KeyedHash,
  ) {}

  /** The obligation that a grant makes. */
  obligationOf(grant: string): string {
    return toBase64url(this.ledger('obligation', grant));
  }

  /** What is kept of a pick-up code. */
  pickupOf(code: string): string {
    return toBase64url(this.pickup(code));
  }
}

/** What the books derive. */
@Injectable()
export class BookPseudonyms {
  constructor(
    @Inject(keyedHash('ledger')) private readonly ledger: KeyedHash,
    @Inject(keyedHash('rail-reference')) private readonly reference: KeyedHash,
  ) {}

  /** A place on the waiting list that nobody can choose. */
  orderOf(obligation: string): Uint8Array {
    return this.ledger('order', obligation);
  }

  /** Under which a rail knows one generation of an instrument; 32 bytes. */
  railReferenceOf(obligation: string, number: number, generation: number): Buffer {
    return Buffer.from(this.reference(obligation, number, generation));
  }
}
