import { Inject, Injectable } from '@nestjs/common';
import { hex, toBase64url } from '#libs/sealing';
import { keyedHash, type KeyedHash } from '#libs/service';

/** 48 bits: no two of a city's sites have one code. */
const SITE_DIGITS = 12;

/** Every derived id that intake can make. */
@Injectable()
export class Pseudonyms {
  constructor(@Inject(keyedHash('submission')) private readonly submission: KeyedHash) {}

  /** An application or request has a different name in each contract, so that two consumers cannot compare them. */
  nameIn(contract: string, id: Uint8Array): string {
    return toBase64url(this.submission(contract, id));
  }

  /** Each service knows a site by a code of its own, so that no code joins two databases. It has the form of a code. */
  siteAt(consumer: string, site: string): string {
    return `S-${hex(this.submission(`site at ${consumer}`, site))
      .slice(0, SITE_DIGITS)
      .toUpperCase()}`;
  }
}
