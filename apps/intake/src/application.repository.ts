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
    const found = await this.add<KnownApplication>(
      tx,
      APPLICATION,
      rows.map(({ id, digest, day, mayBeNew }) => ({ value: id, body: { digest, day }, mayBeNew })),
    );
    return found.map(({ isNew, known }) => ({ isNew, knownDigest: known?.digest }));
  }

  /** Adds unknown requests. Returns one sight for each row, in order. */
  async putRequests(tx: Tx, rows: readonly RequestRow[]): Promise<readonly RequestSight[]> {
    const found = await this.add(
      tx,
      REQUEST,
      rows.map(({ digest, day, mayBeNew }) => ({ value: digest, body: { day }, mayBeNew })),
    );
    return found.map(({ isNew, known }) => ({ isNew, isKnown: known !== undefined }));
  }

  /** Adds the rows that may be new and are unknown, and looks up all others. */
  private async add<B extends object>(
    tx: Tx,
    kind: string,
    rows: readonly { readonly value: Uint8Array; readonly body: B; readonly mayBeNew: boolean }[],
  ): Promise<readonly { readonly isNew: boolean; readonly known: B | undefined }[]> {
    const records = await this.records.begin(tx);
    const candidates = rows.filter(({ mayBeNew }) => mayBeNew);
    const added = await records.put(kind, candidates);
    const fresh = new Set(candidates.filter((_, at) => added[at]));
    const others = rows.filter((row) => !fresh.has(row));
    const known = await records.find<B>(
      kind,
      others.map(({ value }) => value),
    );
    const knownOf = new Map(others.map((row, at) => [row, known[at]]));
    return rows.map((row) => ({ isNew: fresh.has(row), known: knownOf.get(row) }));
  }
}

/** An application is forgotten when the keys of its day are destroyed. */
export const applicationKinds: readonly KindSpec[] = [APPLICATION, REQUEST].map((kind) => ({
  kind,
  sizeBytes: 160,
  work: false,
  isOver: (body, today) => addDays((body as KnownApplication).day, clocks.dayKeyDays) <= today,
}));
