import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { isOutlived, Records, type KindSpec } from '#libs/records';
import { bytes } from '#libs/sealing';
import type { PresenceLink } from './domain/presence.js';

const PRESENCE = 'presence';

/** A link as its record holds it. The record calls the household reference `handle`. */
type StoredLink = Omit<PresenceLink, 'householdRef'> & { readonly handle?: string };

/** Which case belongs to a household of payments, by payments' reference (base64url). */
@Injectable()
export class PresenceRepository {
  constructor(private readonly records: Records) {}

  /** The known links. They stay locked until the transaction ends. */
  async lock(tx: Tx, households: readonly string[]): Promise<Map<string, PresenceLink>> {
    const unique = [...new Set(households)];
    if (unique.length === 0) return new Map();
    const records = await this.records.begin(tx);
    const found = await records.findForUpdate<StoredLink>(PRESENCE, unique.map(bytes));
    return new Map(
      unique.flatMap((household, at) => (found[at] === undefined ? [] : [[household, linkOf(found[at])]])),
    );
  }

  async save(tx: Tx, links: ReadonlyMap<string, PresenceLink>): Promise<void> {
    if (links.size === 0) return;
    const records = await this.records.begin(tx);
    await records.save(
      PRESENCE,
      [...links].map(([household, { householdRef, ...rest }]) => ({
        value: bytes(household),
        body: { ...rest, ...(householdRef === undefined ? {} : { handle: householdRef }) } satisfies StoredLink,
      })),
    );
  }
}

function linkOf({ handle, ...rest }: StoredLink): PresenceLink {
  return { ...rest, ...(handle === undefined ? {} : { householdRef: handle }) };
}

export const presenceKind: KindSpec = { kind: PRESENCE, sizeBytes: 192, work: false, isOver: isOutlived };
