import { Injectable } from '@nestjs/common';
import { addDays, clocks } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Records, type KindSpec } from '#libs/records';

/** What is kept of an application: enough to give the same answer again. */
interface KnownApplication {
  readonly digest: string;
  readonly day: string;
}

export interface ApplicationRow extends KnownApplication {
  readonly id: Uint8Array;
  /** False: it is looked for and not added. */
  readonly mayBeNew: boolean;
}

/** What was known of an application before. */
export interface Sight {
  readonly isNew: boolean;
  readonly knownDigest: string | undefined;
}

const APPLICATION = 'application';
const REQUEST = 'request';

/** Applications and requests that have come in, known again until the keys of their day are dead. */
@Injectable()
export class ApplicationRepository {
  constructor(private readonly records: Records) {}

  /** Adds what is not known yet. One sight for each row, in order. */
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

  /** Adds what is not known yet. True for each that was new, in order. */
  async putRequests(
    tx: Tx,
    rows: readonly { readonly digest: Uint8Array; readonly day: string }[],
  ): Promise<readonly boolean[]> {
    const records = await this.records.begin(tx);
    return records.put(
      REQUEST,
      rows.map(({ digest, day }) => ({ value: digest, body: { day } })),
    );
  }
}

/** A known application is forgotten when its day's keys are dead. */
export const applicationKinds: readonly KindSpec[] = [APPLICATION, REQUEST].map((kind) => ({
  kind,
  sizeBytes: 160,
  work: false,
  isOver: (body, today) => addDays((body as KnownApplication).day, clocks.dayKeyDays) <= today,
}));
