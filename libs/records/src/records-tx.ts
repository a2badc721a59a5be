import { locks, type Tx } from '#libs/database';
import { hex } from '#libs/sealing';
import { RecordsError } from './errors.js';
import { keepHeld } from './held.js';
import { OpenNights, type OnDamaged, type StoredRow } from './open-nights.js';
import { DAY_MS, HOUR_MS, wholeHour, wholeMinute, type Body, type FoundRow, type KindSpec, type Row } from './kind.js';
import type { RowSeal } from './row-seal.js';
import { addedRows, movedRows, addressRows, sql } from './statements.js';

/** No lease is longer. */
const LONGEST_LEASE_MS = DAY_MS;

interface RowAddress {
  readonly seal: RowSeal;
  readonly lookup: Buffer;
}

interface Move {
  readonly from: RowAddress;
  readonly row: Row;
}

export interface ClaimDue {
  readonly now: Date;
  readonly limit: number;
  /** After this time, another process may claim the same work. It is rounded up to the whole minute. */
  readonly leaseMs: number;
  /** The number of a `LeaseHolder`. If its process dies, the work is free as soon as another process looks. */
  readonly holder?: number;
}

export interface RecordsTxOptions {
  readonly tx: Tx;
  readonly kinds: ReadonlyMap<string, KindSpec>;
  /** The night to which everything is written. */
  readonly present: RowSeal;
  /** Nights whose records the turn has not moved yet. */
  readonly earlier: readonly RowSeal[];
  /** At least one legal hold exists. */
  readonly hasHolds: boolean;
  readonly onDamaged: OnDamaged;
}

/** Where a page of records ends. The next page starts behind it. */
export interface PageEnd {
  readonly night: number;
  readonly lookup: Buffer;
}

export interface Page<B extends Body> {
  /** The records of the page that open. */
  readonly rows: readonly FoundRow<B>[];
  /** The lookups of those that do not. */
  readonly damaged: readonly PageEnd[];
  /** Undefined: there are no more. */
  readonly end: PageEnd | undefined;
}

/**
 * The record store inside one transaction. The number of values does not change the number of statements of a call.
 * Rows are taken in the order of their lookups, which are random, so that neither two writers nor the heap show another
 * order.
 */
export class RecordsTx {
  private readonly tx: Tx;
  private readonly present: RowSeal;
  private readonly nights: OpenNights;
  private readonly kinds: ReadonlyMap<string, KindSpec>;
  /** Records that this transaction has locked, or has found absent. */
  private readonly locked = new Map<string, RowAddress | 'absent'>();

  private readonly hasHolds: boolean;

  constructor({ tx, kinds, present, earlier, hasHolds, onDamaged }: RecordsTxOptions) {
    this.tx = tx;
    this.hasHolds = hasHolds;
    this.kinds = kinds;
    this.present = present;
    this.nights = new OpenNights([present, ...earlier], onDamaged);
  }

  /** The night to which this transaction writes. */
  get night(): number {
    return this.present.night;
  }

  /** Returns bodies in the order of the values; undefined where there is no record. */
  async find<B extends Body = Body>(kind: string, values: readonly Uint8Array[]): Promise<(B | undefined)[]> {
    const found = await this.read(sql.find, kind, values);
    return found.map((address) => address?.body as B | undefined);
  }

  /** As `find`, but a record that does not open is left out as if it were absent, and reported. */
  async findReadable<B extends Body>(kind: string, values: readonly Uint8Array[]): Promise<(B | undefined)[]> {
    const rows = this.nights.readable(kind, await this.rowsOf(sql.find, kind, values));
    const found = new Map(rows.map(({ value, body }) => [hex(value), body as B]));
    return values.map((value) => found.get(hex(value)));
  }

  /** As `find`, and locks the records: nobody else can change or remove them until this transaction ends. */
  async findForUpdate<B extends Body = Body>(kind: string, values: readonly Uint8Array[]): Promise<(B | undefined)[]> {
    const found = await this.read(sql.findForUpdate, kind, values);
    values.forEach((value, at) => this.locked.set(lockKey(kind, value), found[at]?.address ?? 'absent'));
    return found.map((address) => address?.body as B | undefined);
  }

  /**
   * Adds records. A record that exists already, in any night, stays as it is. The first of equal values in one call
   * wins.
   * @returns for each row whether it was added
   * @throws RecordsError `too-large`, `unknown-kind`, `not-work`, `due-missing`
   */
  async put(kind: string, rows: readonly Row[]): Promise<boolean[]> {
    const spec = this.spec(kind);
    const firsts = new Map<string, Row>();
    for (const row of rows) if (!firsts.has(hex(row.value))) firsts.set(hex(row.value), row);
    const older = await this.inEarlierNights(kind, [...firsts.values()]);
    const fresh = [...firsts.values()].filter((row) => !older.has(hex(row.value)));
    const added = new Set(await this.insert(spec, fresh));
    return rows.map((row) => added.has(row));
  }

  /**
   * Overwrites records that were found for update or put in this transaction, and adds those that were found absent.
   * The last of equal values in one call wins. If a record is under a legal hold, its body before is kept for its
   * custodian.
   * @throws RecordsError `not-locked`: the record was not looked up first; `conflict`: another transaction added it
   * first
   */
  async save(kind: string, rows: readonly Row[]): Promise<void> {
    const spec = this.spec(kind);
    const moves: Move[] = [];
    const fresh: Row[] = [];
    for (const row of new Map(rows.map((each) => [hex(each.value), each])).values()) {
      const address = this.locked.get(lockKey(kind, row.value));
      if (address === undefined) throw new RecordsError('not-locked');
      if (address === 'absent') fresh.push(row);
      else moves.push({ from: address, row });
    }
    const overwritten = moves.map(({ row }) => row.value);
    if (this.hasHolds) await keepHeld(this, kind, overwritten);
    if ((await this.rewrite(spec, moves)).size !== moves.length) throw new RecordsError('conflict');
    if ((await this.insert(spec, fresh)).length !== fresh.length) throw new RecordsError('conflict');
  }

  /**
   * Removes records. Those under a legal hold are kept for their custodian.
   *
   * @returns for each value whether this call removed its record
   */
  async remove(kind: string, values: readonly Uint8Array[]): Promise<boolean[]> {
    this.spec(kind);
    if (values.length === 0) return [];
    if (this.hasHolds) await keepHeld(this, kind, values);
    const { rows } = await this.tx.query(sql.remove, [
      kind,
      ...addressRows.values(this.nights.addresses(kind, values)),
    ]);
    const removed = new Set((rows as StoredRow[]).map(({ lookup }) => hex(lookup)));
    for (const value of values) this.locked.set(lockKey(kind, value), 'absent');
    return values.map((value) => this.nights.holds(kind, value, removed));
  }

  /**
   * Claims due work, the oldest hour first and in no order within an hour. Nobody else gets it during the lease. Work
   * that does not open is leased too, so that it does not come first again at once; it is reported and not returned.
   */
  async claimDue<B extends Body = Body>(
    kind: string,
    { now, limit, leaseMs, holder }: ClaimDue,
  ): Promise<FoundRow<B>[]> {
    if (!this.spec(kind).work) throw new RecordsError('not-work');
    const lease = wholeMinute(now.getTime() + leaseMs);
    const longestLease = new Date(now.getTime() + LONGEST_LEASE_MS);
    const values = [kind, this.nights.numbers, now, limit, lease, holder ?? null, longestLease];
    const { rows } = await this.tx.query(sql.claimDue, values);
    return this.nights.readable(kind, rows as StoredRow[]).map(({ value, body, from }) => {
      this.locked.set(lockKey(kind, value), { seal: this.nights.sealOf(from.night), lookup: from.lookup });
      return { value, body: body as B };
    });
  }

  /**
   * Makes work due whose hour lies further ahead than the hour of any work of its kind: a clock that ran ahead has set
   * it, and nobody would do the work until that day. @returns how many
   */
  async pullBack(now: Date): Promise<number> {
    const kinds = [...this.kinds.values()].filter(({ dueWithinDays }) => dueWithinDays !== undefined);
    const last = kinds.map(({ dueWithinDays = 0 }) => new Date(now.getTime() + dueWithinDays * DAY_MS));
    const names = kinds.map(({ kind }) => kind);
    const { rowCount } = await this.tx.query(sql.pullBack, [wholeHour(new Date(now.getTime() - HOUR_MS)), names, last]);
    return rowCount ?? 0;
  }

  /** Leases named work from now on, leased or not. The caller has locked it and knows whose it is. */
  async lease(kind: string, values: readonly Uint8Array[], { now, leaseMs }: Omit<ClaimDue, 'limit'>): Promise<void> {
    if (!this.spec(kind).work) throw new RecordsError('not-work');
    const lease = wholeMinute(now.getTime() + leaseMs);
    await this.tx.query(sql.lease, [kind, ...addressRows.values(this.nights.addresses(kind, values)), lease]);
  }

  /**
   * Ends the leases of dead processes. Also ends those that an earlier process took under `holder`, the number of this
   * process, which must not have taken any yet. @returns how many
   */
  async endDeadLeases(kind: string, holder?: number): Promise<number> {
    const { rowCount } = await this.tx.query(sql.endDeadLeases, [kind, locks.leaseHolder, holder ?? null]);
    return rowCount ?? 0;
  }

  /** Removes finished work. @returns for each value whether it was still there; false if another process finished it */
  finish(kind: string, values: readonly Uint8Array[]): Promise<boolean[]> {
    return this.remove(kind, values);
  }

  /** Postpones work to another hour and ends its lease. @returns for each row whether it was still there */
  async postpone(kind: string, rows: readonly Row[]): Promise<boolean[]> {
    const spec = this.spec(kind);
    const moves = rows.flatMap((row) =>
      this.nights.seals.map((seal) => ({ from: { seal, lookup: seal.lookup(kind, row.value) }, row })),
    );
    const moved = await this.rewrite(spec, moves);
    return rows.map((row) => moved.has(hex(this.present.lookup(kind, row.value))));
  }

  async count(kind: string): Promise<number> {
    this.spec(kind);
    const { rows } = await this.tx.query(sql.count, [kind]);
    return (rows[0] as { count: number }).count;
  }

  /** Returns up to `limit` records of a kind, in no order. It opens each of them, so it is for small kinds. */
  async scan<B extends Body = Body>(kind: string, limit: number): Promise<FoundRow<B>[]> {
    this.spec(kind);
    const { rows } = await this.tx.query(sql.scan, [kind, limit]);
    return (rows as StoredRow[]).map((row) => this.nights.open(kind, row) as FoundRow<B>);
  }

  /** The next records of a kind after the end of another page, in no order that means anything. */
  async page<B extends Body>(kind: string, limit: number, after?: PageEnd): Promise<Page<B>> {
    this.spec(kind);
    const { night = -1, lookup = Buffer.alloc(0) } = after ?? {};
    const rows = (await this.tx.query(sql.page, [kind, limit, night, lookup])).rows as StoredRow[];
    const opened = this.nights.readable(kind, rows);
    const isOpen = new Set(opened.map(({ from }) => from));
    return {
      rows: opened.map(({ value, body }) => ({ value, body: body as B })),
      damaged: rows.filter((row) => !isOpen.has(row)),
      end: rows.length < limit ? undefined : rows.at(-1),
    };
  }

  /** Removes records that do not open, by their place. @returns how many were still there */
  async removeDamaged(kind: string, places: readonly PageEnd[]): Promise<number> {
    this.spec(kind);
    const { rowCount } = await this.tx.query(sql.remove, [kind, ...addressRows.values(places)]);
    return rowCount ?? 0;
  }

  private async rowsOf(statement: string, kind: string, values: readonly Uint8Array[]): Promise<StoredRow[]> {
    this.spec(kind);
    if (values.length === 0) return [];
    const addresses = addressRows.values(this.nights.addresses(kind, values));
    return (await this.tx.query(statement, [kind, ...addresses])).rows as StoredRow[];
  }

  private async read(statement: string, kind: string, values: readonly Uint8Array[]): Promise<(Found | undefined)[]> {
    const found = new Map<string, Found>();
    for (const row of await this.rowsOf(statement, kind, values)) {
      const { value, body } = this.nights.open(kind, row);
      found.set(hex(value), { body, address: { seal: this.nights.sealOf(row.night), lookup: row.lookup } });
    }
    return values.map((value) => found.get(hex(value)));
  }

  /** A record that does not open is there, too. */
  private async inEarlierNights(kind: string, rows: readonly Row[]): Promise<ReadonlySet<string>> {
    if (this.nights.seals.length === 1) return new Set();
    const values = rows.map(({ value }) => value);
    const found = await this.rowsOf(sql.find, kind, values);
    const lookups = new Set(found.map(({ lookup }) => hex(lookup)));
    return new Set(values.filter((value) => this.nights.holds(kind, value, lookups)).map(hex));
  }

  private async insert(spec: KindSpec, rows: readonly Row[]): Promise<Row[]> {
    if (rows.length === 0) return [];
    const sealed = new Map(rows.map((row) => [row, this.sealed(spec, row)]));
    const values = addedRows.values([...sealed.values()]);
    const { rows: found } = await this.tx.query(sql.insert, [this.present.night, spec.kind, ...values]);
    const lookups = new Set((found as StoredRow[]).map(({ lookup }) => hex(lookup)));
    const inserted = rows.filter((row) => lookups.has(hex(sealed.get(row)?.lookup ?? row.value)));
    for (const { value } of inserted) {
      const lookup = this.present.lookup(spec.kind, value);
      this.locked.set(lockKey(spec.kind, value), { seal: this.present, lookup });
    }
    return inserted;
  }

  /** Seals existing rows again, into the present night. @returns lookups (hex, present night) that were there */
  private async rewrite(spec: KindSpec, moves: readonly Move[]): Promise<ReadonlySet<string>> {
    if (moves.length === 0) return new Set();
    const sorted = [...moves].sort((a, b) => Buffer.compare(a.from.lookup, b.from.lookup));
    const sealed = sorted.map(({ row }) => this.sealed(spec, row));
    const { rows } = await this.tx.query(sql.rewrite, [
      this.present.night,
      spec.kind,
      ...movedRows.values(
        sealed.map((to, at) => ({
          ...to,
          from_night: sorted[at]?.from.seal.night,
          from_lookup: sorted[at]?.from.lookup,
        })),
      ),
    ]);
    sorted.forEach(({ row }, at) => {
      const lookup = sealed[at]?.lookup ?? this.present.lookup(spec.kind, row.value);
      this.locked.set(lockKey(spec.kind, row.value), { seal: this.present, lookup });
    });
    return new Set((rows as StoredRow[]).map(({ lookup }) => hex(lookup)));
  }

  private sealed(spec: KindSpec, row: Row): { lookup: Buffer; blob: Buffer; due: Date | null } {
    if (spec.work && row.due === undefined) throw new RecordsError('due-missing');
    if (!spec.work && row.due !== undefined) throw new RecordsError('not-work');
    const lookup = this.present.lookup(spec.kind, row.value);
    return {
      lookup,
      blob: this.present.seal(spec, lookup, row),
      due: row.due === undefined ? null : wholeHour(row.due),
    };
  }

  /** @throws RecordsError `unknown-kind` */
  spec(kind: string): KindSpec {
    const spec = this.kinds.get(kind);
    if (spec === undefined) throw new RecordsError('unknown-kind');
    return spec;
  }
}

interface Found {
  readonly body: Body;
  readonly address: RowAddress;
}

function lockKey(kind: string, value: Uint8Array): string {
  return `${kind}|${hex(value)}`;
}
