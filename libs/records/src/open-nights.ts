import { hex } from '#libs/sealing';

import { RecordsError } from './errors.js';
import type { FoundRow } from './kind.js';
import type { RowSeal } from './row-seal.js';

export interface StoredRow {
  readonly night: number;
  readonly lookup: Buffer;
  readonly blob: Buffer;
}

/** Called with the lookups of records that do not open and were left out of an answer. */
export type OnDamaged = (kind: string, lookups: readonly Uint8Array[]) => void;

/** The nights of one transaction: the one to which everything is written, and those that the turn has not emptied. */
export class OpenNights {
  constructor(
    readonly seals: readonly RowSeal[],
    private readonly onDamaged: OnDamaged,
  ) {}

  get numbers(): readonly number[] {
    return this.seals.map(({ night }) => night);
  }

  /** Returns each value once for each night, in the order of the lookups. */
  addresses(
    kind: string,
    values: readonly Uint8Array[],
  ): readonly { readonly night: number; readonly lookup: Buffer }[] {
    const all = this.seals.flatMap((seal) =>
      values.map((value) => ({ night: seal.night, lookup: seal.lookup(kind, value) })),
    );
    return all.sort((a, b) => Buffer.compare(a.lookup, b.lookup));
  }

  /** Whether one of these rows, which need not open, is that of the value. */
  holds(kind: string, value: Uint8Array, lookups: ReadonlySet<string>): boolean {
    return this.seals.some((seal) => lookups.has(hex(seal.lookup(kind, value))));
  }

  /** @throws RecordsError `damaged` */
  open(kind: string, row: StoredRow): FoundRow {
    return this.sealOf(row.night).open(kind, row.lookup, row.blob);
  }

  /** Opens what opens. One record that does not open hides no other; it is reported. */
  readable(kind: string, rows: readonly StoredRow[]): readonly (FoundRow & { readonly from: StoredRow })[] {
    const damaged: Buffer[] = [];
    const opened = rows.flatMap((row) => {
      try {
        return [{ ...this.open(kind, row), from: row }];
      } catch (error) {
        if (!(error instanceof RecordsError) || error.code !== 'damaged') throw error;
        damaged.push(row.lookup);
        return [];
      }
    });
    if (damaged.length > 0) this.onDamaged(kind, damaged);
    return opened;
  }

  sealOf(night: number): RowSeal {
    const seal = this.seals.find((candidate) => candidate.night === night);
    if (seal === undefined) throw new RecordsError('keys-missing');
    return seal;
  }
}
