import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { isOutlived, Records, type KindSpec } from '#libs/records';
import { bytes } from '#libs/sealing';
import type { Link } from './domain/links.js';

const LINK = 'link';

/** A link as its record holds it. The record calls the household reference `handle`. */
type StoredLink = Omit<Link, 'householdRef'> & { readonly handle?: string };

function linkOf({ handle, ...rest }: StoredLink): Link {
  return { ...(handle === undefined ? {} : { householdRef: handle }), ...rest };
}

function bodyOf({ householdRef, ...rest }: Link): StoredLink {
  return { ...(householdRef === undefined ? {} : { handle: householdRef }), ...rest };
}

/** The links, by their link token (base64url). */
@Injectable()
export class LinkRepository {
  constructor(private readonly records: Records) {}

  /** The known links. They stay locked until the transaction ends. */
  async lock(tx: Tx, tokens: readonly string[]): Promise<ReadonlyMap<string, Link>> {
    const unique = [...new Set(tokens)];
    if (unique.length === 0) return new Map();
    const found = await (await this.records.begin(tx)).findForUpdate<StoredLink>(LINK, unique.map(bytes));
    return new Map(unique.flatMap((token, at) => (found[at] === undefined ? [] : [[token, linkOf(found[at])]])));
  }

  async save(tx: Tx, links: readonly (readonly [token: string, link: Link])[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      LINK,
      links.map(([token, link]) => ({ value: bytes(token), body: bodyOf(link) })),
    );
  }
}

export const linkKind: KindSpec = { kind: LINK, sizeBytes: 1_024, work: false, isOver: isOutlived };
