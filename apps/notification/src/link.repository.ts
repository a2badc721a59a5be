import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { isOutlived, Records, type KindSpec } from '#libs/records';
import { bytes } from '#libs/sealing';
import type { Link } from './domain/links.js';

const LINK = 'link';

/** What is known under link tokens (base64url). */
@Injectable()
export class LinkRepository {
  constructor(private readonly records: Records) {}

  /** Those that are known; nobody else changes them until the transaction ends. */
  async lock(tx: Tx, tokens: readonly string[]): Promise<ReadonlyMap<string, Link>> {
    const unique = [...new Set(tokens)];
    if (unique.length === 0) return new Map();
    const found = await (await this.records.begin(tx)).findForUpdate<Link>(LINK, unique.map(bytes));
    return new Map(unique.flatMap((token, at) => (found[at] === undefined ? [] : [[token, found[at]]])));
  }

  async save(tx: Tx, links: readonly (readonly [token: string, link: Link])[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      LINK,
      links.map(([token, body]) => ({ value: bytes(token), body })),
    );
  }
}

export const linkKind: KindSpec = { kind: LINK, sizeBytes: 1_024, work: false, isOver: isOutlived };
