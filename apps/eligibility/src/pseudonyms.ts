import { Inject, Injectable } from '@nestjs/common';
import { toBase64url } from '#libs/sealing';
import { keyedHash, SecretSeries, secretSeries, type KeyedHash } from '#libs/service';
import type { GrantKind } from './domain/decide.js';

/** Bytes of a pseudonym that stays inside this service. */
const SHORT_BYTES = 8;
const AUDIT_BYTES = 4;
/** A reopened case may one day have another grant of the same kind. */
const FIRST = 1;

/** Every derived id that eligibility can make. */
@Injectable()
export class Pseudonyms {
  constructor(
    @Inject(keyedHash('grant')) private readonly grant: KeyedHash,
    @Inject(keyedHash('sample')) private readonly sample: KeyedHash,
    @Inject(secretSeries('tokens')) private readonly cycles: SecretSeries,
  ) {}

  /** No random id decides money: the same case gives the same grant, whatever was lost and done again. */
  grantOf(handle: Uint8Array, day: number, kind: GrantKind): Uint8Array {
    return this.grant(handle, day, kind, FIRST);
  }

  /** Another name for a household, under which only its tokens know it. */
  tokenHolderOf(handle: Uint8Array): string {
    return toBase64url(this.grant('pseudonym', handle).subarray(0, SHORT_BYTES));
  }

  /** The number of a case in the queue of reviewers; it says nothing elsewhere. */
  reviewOf(handle: Uint8Array): Uint8Array {
    return this.grant('review', handle);
  }

  /** What a case remembers of who has decided about it. */
  reviewerOf(person: string): string {
    return toBase64url(this.grant('reviewer', person).subarray(0, SHORT_BYTES));
  }

  /** What an auditor sees of a reviewer: another name each month (`YYYY-MM`). */
  auditNameOf(reviewer: string, month: string): string {
    return Buffer.from(this.grant('reviewer-of', month, reviewer))
      .toString('hex', 0, AUDIT_BYTES)
      .toUpperCase();
  }

  /** From 0 up to 1, the same for the same household: who is drawn for a second look. */
  drawOf(handle: Uint8Array): number {
    return Buffer.from(this.sample(handle)).readUInt32BE(0) / 0x1_0000_0000;
  }

  /** A household's token under the key of a cycle, which is destroyed with the cycle. */
  tokenOf(cycle: number, name: string, token: number): Uint8Array {
    return this.cycles.hash(cycle)(name, token);
  }
}
