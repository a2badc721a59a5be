import { Inject, Injectable } from '@nestjs/common';
import { toBase64url } from '#libs/sealing';
import { keyedHash, SecretSeries, secretSeries, type KeyedHash } from '#libs/service';
import type { GrantKind } from './domain/decide.js';

/** Bytes of a pseudonym that stays inside this service. */
const SHORT_BYTES = 8;
const AUDIT_BYTES = 4;
/** Number of the grant among those of its kind. A case has one grant of each kind today. */
const FIRST = 1;

/** Every derived id that eligibility can make. */
@Injectable()
export class Pseudonyms {
  constructor(
    @Inject(keyedHash('grant')) private readonly grant: KeyedHash,
    @Inject(keyedHash('sample')) private readonly sample: KeyedHash,
    @Inject(secretSeries('tokens')) private readonly cycles: SecretSeries,
  ) {}

  /** The id of a grant is derived and not random, so that a repeated decision gives the same grant. */
  grantOf(householdRef: Uint8Array, day: number, kind: GrantKind): Uint8Array {
    return this.grant(householdRef, day, kind, FIRST);
  }

  /** The name of a case at payments, which pays a household for one case only. */
  caseAtPayments(householdRef: Uint8Array): Uint8Array {
    return this.grant('case', householdRef);
  }

  /** The pseudonym under which the tokens of a household are stored. */
  tokenHolderOf(householdRef: Uint8Array): string {
    return toBase64url(this.grant('pseudonym', householdRef).subarray(0, SHORT_BYTES));
  }

  /** The id of a case in the queue of reviewers. Nothing else uses it. */
  reviewOf(householdRef: Uint8Array): Uint8Array {
    return this.grant('review', householdRef);
  }

  /** The name under which a case remembers a reviewer. */
  reviewerOf(person: string): string {
    return toBase64url(this.grant('reviewer', person).subarray(0, SHORT_BYTES));
  }

  /** Under this value the queue keeps which case a reviewer has open. Nothing else uses it. */
  openCaseOf(reviewer: string): Uint8Array {
    return this.grant('open-case', reviewer);
  }

  /** The name of a reviewer for auditors. It changes each month (`YYYY-MM`). */
  auditNameOf(reviewer: string, month: string): string {
    return Buffer.from(this.grant('reviewer-of', month, reviewer))
      .toString('hex', 0, AUDIT_BYTES)
      .toUpperCase();
  }

  /** From 0 up to 1, always the same for one household. It decides whether the household is drawn for review. */
  drawOf(householdRef: Uint8Array): number {
    return Buffer.from(this.sample(householdRef)).readUInt32BE(0) / 0x1_0000_0000;
  }

  /** A token under the key of its cycle, which is destroyed with the cycle. */
  tokenOf(cycle: number, name: string, token: number): Uint8Array {
    return this.cycles.hash(cycle)(name, token);
  }
}
