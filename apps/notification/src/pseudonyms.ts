import { Inject, Injectable } from '@nestjs/common';
import { toBase64url } from '#libs/sealing';
import { keyedHash, type KeyedHash } from '#libs/service';

/** Every derived id that notification can make. */
@Injectable()
export class Pseudonyms {
  constructor(@Inject(keyedHash('text-reference')) private readonly reference: KeyedHash) {}

  /** The reference of a text. It is derived from the notice, so that a repeated text has the same one. */
  textReferenceOf(token: Uint8Array, version: bigint): string {
    return toBase64url(this.reference(token, String(version)));
  }
}
