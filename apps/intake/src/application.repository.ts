import { Injectable } from '@nestjs/common';
import { addDays, clocks } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Records, type KindSpec } from '#libs/records';

/** The stored part of an application, with which intake can repeat its answer. */
interface KnownApplication {
  readonly digest: string;
  readonly day: string;
}

export interface ApplicationRow extends KnownApplication {
  readonly id: Uint8Array;
  /** False when a new application of this day is refused. The row is then only looked up. */
  readonly mayBeNew: boolean;
}

export interface RequestRow {
  readonly digest: Uint8Array;
  readonly day: string;
  /** False when there is no room for a new request. The row is then only looked up. */
  readonly mayBeNew: boolean;
}

export interface RequestSight {
  readonly isNew: boolean;
  readonly isKnown: boolean;
}

/** Whether an application is new, and the digest that is known of it. */
export interface Sight {
  readonly isNew: boolean;
  readonly knownDigest: string | undefined;
}

const APPLICATION = 'application';
const REQUEST = 'request';

/** Accepted applications and requests. They are recognised until the keys of their day are destroyed. */
@Injectable()
export class ApplicationRepository {
  constructor(private readonly records: Records) {}

  /** Adds unknown applications. Returns one sight for each row, in order. */
  async put(tx: Tx, rows: readonly ApplicationRow[]): Promise<readonly Sight[]> {
    const records = await this.records.begin(tx);
    const candidates = rows.filter(({ mayBeNew }) => mayBeNew);
    const added = await records.put(
      APPLICATION,
      candidates.map(({ id, digest, day }) => ({ value: id, body: { digest, day } satisfies KnownApplication })),
    );
    const fresh = new Set(candidates.filter((_, at) => added[at]));
    const others = rows.filter((row) => !fresh.has(row));
    const known = await records.find<KnownApplication>(
      APPLICATION,
      others.map(({ id }) => id),
    );
    const knownOf = new Map(others.map((row, at) => [row, known[at]?.digest]));
    return rows.map((row) => ({ isNew: fresh.has(row), knownDigest: knownOf.get(row) }));
  }

  /** Adds unknown requests. Returns one sight for each row, in order. */
  async putRequests(tx: Tx, rows: readonly RequestRow[]): Promise<readonly RequestSight[]> {
    const records = await this.records.begin(tx);
    const candidates = rows.filter(({ mayBeNew }) => mayBeNew);
    const added = await records.put(
      REQUEST,
      candidates.map(({ digest, day }) => ({ value: digest, body: { day } })),
    );
    const addedOf = new Map(candidates.map((row, at) => [row, added[at]]));
    const others = rows.filter(({ mayBeNew }) => !mayBeNew);
    const known = await records.find(
      REQUEST,
      others.map(({ digest }) => digest),
    );
    const knownOf = new Map(others.map((row, at) => [row, known[at] !== undefined]));
    return rows.map((row) => ({
      isNew: addedOf.get(row) === true,
      isKnown: addedOf.get(row) === false || knownOf.get(row) === true,
    }));
  }
}

/** An application is forgotten when the keys of its day are destroyed. */
export const applicationKinds: readonly KindSpec[] = [APPLICATION, REQUEST].map((kind) => ({
  kind,
  sizeBytes: 160,
  work: false,
  isOver: (body, today) => addDays((body as KnownApplication).day, clocks.dayKeyDays) <= today,
}));
