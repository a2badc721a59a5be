import { Inject, Injectable } from '@nestjs/common';
import { toBase64url } from '#libs/sealing';
import { keyedHash, type KeyedHash } from '#libs/service';

/** Every derived id that intake can make. */
@Injectable()
export class Pseudonyms {
  constructor(@Inject(keyedHash('submission')) private readonly submission: KeyedHash) {}

  /** An application or request has a different name in each contract, so that two consumers cannot compare them. */
  nameIn(contract: string, id: Uint8Array): string {
    return toBase64url(this.submission(contract, id));
  }
}
