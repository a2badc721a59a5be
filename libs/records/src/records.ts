import { locks, type Tx } from '#libs/database';
import type { RowKeys } from '#libs/sealing';

import { RecordsError } from './errors.js';
import type { KindSpec } from './kind.js';
import type { OnDamaged } from './open-nights.js';
import { RecordsTx } from './records-tx.js';
import { RowSeal } from './row-seal.js';
import { createNight } from './schema.js';
import { witnessSql } from './witness-table.js';

/** The part of the keyring that the record store needs. */
export interface RowKeySource {
  rowKeys(night: number): RowKeys | undefined;
  ensureRowKeys(night: number): Promise<RowKeys>;
}

export interface RecordsOptions {
  readonly keys: RowKeySource;
  readonly kinds: readonly KindSpec[];
  readonly onDamaged?: OnDamaged;
}

/**
 * Stores everything that is linked to a household. A record has a kind, a keyed lookup, one sealed blob of fixed size
 * and, for work, a due hour, a lease and the number of its holder. There is no other column, and no key outside the
 * keyring.
 */
export class Records {
  readonly kinds: ReadonlyMap<string, KindSpec>;
  private readonly keys: RowKeySource;
  private readonly onDamaged: OnDamaged;
  private readonly opened = new WeakMap<Tx, Promise<RecordsTx>>();

  constructor({ keys, kinds, onDamaged }: RecordsOptions) {
    this.keys = keys;
    this.onDamaged = onDamaged ?? (() => undefined);
    this.kinds = new Map(kinds.map((spec) => [spec.kind, spec]));
    if (this.kinds.size !== kinds.length) throw new TypeError('a kind of record is declared twice');
  }

  /**
   * Creates the first night if there is none. Every instance calls it at its start, before it uses records. Only the
   * nightly turn begins later nights, so an instance that starts at midnight changes nothing. The day of the first
   * start is the first witnessed one.
   *
   * @param night days since 1970-01-01 (UTC)
   */
  async prepare(tx: Tx, night: number): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [locks.night]);
    const { rows } = await tx.query('SELECT 1 FROM night LIMIT 1');
    if (rows.length > 0) return;
    await this.beginNight(tx, night);
    await tx.query(witnessSql.first, [night]);
  }

  /** Begins a night. From the commit on everything is written to it, and earlier nights are still searched. */
  async beginNight(tx: Tx, night: number): Promise<void> {
    // Keys come first: a night without keys could not be read, but keys without a night do no harm.
    await this.keys.ensureRowKeys(night);
    await tx.query('SELECT pg_advisory_xact_lock($1)', [locks.night]);
    await createNight(tx, night);
  }

  /**
   * Opens the store inside a transaction. The nightly turn moves no record until the transaction ends.
   * @throws RecordsError `not-ready`, `keys-missing`
   */
  begin(tx: Tx): Promise<RecordsTx> {
    if (tx.once !== true) return this.open(tx);
    const known = this.opened.get(tx);
    if (known !== undefined) return known;
    const opening = this.open(tx);
    this.opened.set(tx, opening);
    return opening;
  }

  private async open(tx: Tx): Promise<RecordsTx> {
    const { rows } = await tx.query('SELECT night, has_holds AS "hasHolds" FROM open_records()');
    const nights = rows as { night: number; hasHolds: boolean }[];
    const [present, ...earlier] = nights.map(({ night }) => this.sealOf(night));
    if (present === undefined) throw new RecordsError('not-ready');
    const hasHolds = nights.some((each) => each.hasHolds);
    return new RecordsTx({ tx, kinds: this.kinds, present, earlier, hasHolds, onDamaged: this.onDamaged });
  }

  /**
   * Returns the seal of a night that still has keys. Only this library calls it. @throws RecordsError `keys-missing`
   */
  sealOf(night: number): RowSeal {
    const keys = this.keys.rowKeys(night);
    if (keys === undefined) throw new RecordsError('keys-missing');
    return new RowSeal(night, keys);
  }
}
