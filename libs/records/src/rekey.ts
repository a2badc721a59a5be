import { setImmediate as otherWork } from 'node:timers/promises';
import type { QueryResult } from 'pg';

import { hex } from '#libs/sealing';
import { RecordsError } from './errors.js';
import { HELD, heldRows, holdValue, type HoldBody } from './held.js';
import type { KindSpec } from './kind.js';
import type { Records } from './records.js';
import { resized, unpack, valueOf, type RowSeal } from './row-seal.js';
import { rekeyedRows, namedRows, turnSql } from './turn-statements.js';

export interface Named {
  readonly kind: string;
  readonly lookup: Buffer;
}

export interface RekeyOptions {
  readonly records: Records;
  readonly from: number;
  readonly to: number;
  /** `YYYY-MM-DD` */
  readonly today: string;
  /** The holds by record: `holdValue` in hexadecimal. */
  readonly holds: ReadonlyMap<string, HoldBody>;
}

/** A batch under tonight's keys, ready to be written, without the records that do not open. */
export interface Prepared {
  readonly sources: readonly Named[];
  readonly targets: readonly Target[];
  /** Sources that have ended. At most a copy for a custodian is written for them. */
  readonly ended: ReadonlySet<number>;
  readonly damaged: number;
}

interface Target extends Named {
  /** Place of its source, from 1. The target is written only if the source is still there. */
  readonly of: number;
  readonly blob: Buffer;
}

interface RemovedRow {
  readonly n: number;
  readonly due: Date | null;
  readonly lease: Date | null;
  readonly holder: number | null;
}

interface Database {
  query(text: string, values: unknown[]): Promise<Pick<QueryResult, 'rows'>>;
}

const LOOKUP_BYTES = 32;
/** Number of records that are opened and sealed before other work may use the processor. */
const ROWS_AT_A_STRETCH = 100;

/** Rekeys the records of one night into another. */
export class Rekeying {
  private readonly source: RowSeal;
  private readonly target: RowSeal;

  /** @throws RecordsError `keys-missing` */
  constructor(private readonly options: RekeyOptions) {
    this.source = options.records.sealOf(options.from);
    this.target = options.records.sealOf(options.to);
  }

  /**
   * Does everything that takes time, without a lock, while the batch before is written. That is safe: once the new
   * night has begun, nobody seals anything into the old one. A record there can only be leased, moved or removed.
   */
  async prepare(database: Database, names: readonly Named[]): Promise<Prepared> {
    const { rows } = await database.query(turnSql.read, [this.options.from, ...namedRows.values(names)]);
    const blobs = new Map((rows as { n: number; blob: Buffer }[]).map(({ n, blob }) => [n, blob]));
    const sources: Named[] = [];
    const targets: Target[] = [];
    const ended = new Set<number>();
    let damaged = 0;
    // In the drawn order, whatever the order of the database's answer.
    for (const [at, name] of names.entries()) {
      if (at % ROWS_AT_A_STRETCH === 0) await otherWork();
      const blob = blobs.get(at + 1);
      if (blob === undefined) continue;
      const rekeyed = this.rekeyed(name, blob);
      if (rekeyed === undefined) {
        damaged += 1;
        continue;
      }
      sources.push(name);
      targets.push(...rekeyed.targets.map((target) => ({ ...target, of: sources.length })));
      if (rekeyed.hasEnded) ended.add(sources.length);
    }
    return { sources, targets, ended, damaged };
  }

  /**
   * Writes a batch in a transaction that holds the lock of the night. Others have moved or removed the records that are
   * no longer there.
   */
  async write(database: Database, prepared: Prepared): Promise<{ readonly moved: number; readonly ended: number }> {
    const { sources, ended } = prepared;
    if (sources.length === 0) return { moved: 0, ended: 0 };
    const { rows } = await database.query(turnSql.take, [this.options.from, ...namedRows.values(sources)]);
    const removed = new Map((rows as RemovedRow[]).map((row) => [row.n, row]));
    const targets = prepared.targets.filter(({ of }) => removed.has(of));
    const starts = startsOf(targets);
    const rowsTo = targets.map(({ kind, blob, of }, at) => {
      // A copy for a custodian is not work.
      const hour = ended.has(of) ? undefined : removed.get(of);
      return { kind, start: starts[at], bytes: blob.length, due: hour?.due, lease: hour?.lease, holder: hour?.holder };
    });
    await database.query(turnSql.add, [
      this.options.to,
      Buffer.concat(targets.flatMap(({ lookup, blob }) => [lookup, blob])),
      ...rekeyedRows.values(rowsTo),
    ]);
    const endedHere = [...ended].filter((of) => removed.has(of)).length;
    return { moved: removed.size - endedHere, ended: endedHere };
  }

  /**
   * Returns a record under tonight's keys, or, if it has ended, only its copies for custodians. Undefined if it does
   * not open, or if its kind cannot read it.
   */
  private rekeyed({ kind, lookup }: Named, blob: Buffer) {
    const packed = this.opened(kind, lookup, blob);
    if (packed === undefined) return undefined;
    const spec = this.options.records.kinds.get(kind);
    const isOver = this.isOver(spec, packed);
    if (isOver === undefined) return undefined;
    if (isOver) {
      return { hasEnded: true, targets: this.held(kind, packed) };
    }
    // A record of a kind that is no longer declared keeps its size.
    const whole = spec === undefined ? packed : resized(packed, spec.sizeBytes);
    const next = this.target.lookup(kind, valueOf(packed));
    return { hasEnded: false, targets: [{ kind, lookup: next, blob: this.target.sealPacked(kind, next, whole) }] };
  }

  private held(kind: string, packed: Buffer): readonly Omit<Target, 'of'>[] {
    if (this.options.holds.size === 0) return [];
    const { value, body } = unpack(packed);
    const hold = this.options.holds.get(hex(holdValue(kind, value)));
    if (hold === undefined) return [];
    const spec = this.options.records.kinds.get(HELD) as KindSpec;
    return heldRows({ kind, value, body }, hold, spec).map((row) => {
      const lookup = this.target.lookup(HELD, row.value);
      return { kind: HELD, lookup, blob: this.target.seal(spec, lookup, row) };
    });
  }

  private isOver(spec: KindSpec | undefined, packed: Buffer): boolean | undefined {
    try {
      return spec?.isOver?.(unpack(packed).body, this.options.today) ?? false;
    } catch {
      // One body that its kind cannot read stops no turn. It stays in its night, as a record that does not open.
      return undefined;
    }
  }

  private opened(kind: string, lookup: Buffer, blob: Buffer): Buffer | undefined {
    try {
      return this.source.openPacked(kind, lookup, blob);
    } catch (error) {
      if (error instanceof RecordsError && error.code === 'damaged') return undefined;
      throw error;
    }
  }
}

/**
 * Returns where each target starts in the joined bytes, from 1. The database cuts one piece of bytes, because bytes in
 * an array would travel as text, at more than twice the length.
 */
function startsOf(targets: readonly Target[]): readonly number[] {
  let next = 1;
  return targets.map(({ blob }) => {
    const start = next;
    next += LOOKUP_BYTES + blob.length;
    return start;
  });
}
