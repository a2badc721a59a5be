import 'reflect-metadata';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import type { Tx } from '#libs/database';
import { dataSourceOf, entitiesOf } from '#libs/service';
import { testDatabase, type TestDatabase } from '../../../test/support/stack.js';
import { bookingOf, type Booking } from '../src/domain/booking.js';
import type { LedgerChange } from '../src/domain/ledger.js';
import { BooksRepository, type BookFigures } from '../src/ledger/books.repository.js';
import { ChainRepository } from '../src/ledger/chain.repository.js';
import { Fund } from '../src/ledger/fund.entity.js';
import { FundRepository } from '../src/ledger/fund.repository.js';
import { LedgerRepository } from '../src/ledger/ledger.repository.js';
import { payments } from '../src/payments.module.js';

const encoded = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Ids of obligations are base64url of 32 bytes, as in the product. */
export const idOf = (n: number): string => Buffer.alloc(32, n + 1).toString('base64url');

export interface BookedAt {
  readonly nowMs: number;
  readonly selection?: 'random-within-tier' | 'first-complete-first-served-within-tier';
}

/** The tables of payments in a database of their own, and the product's statements on them, without a service. */
export class LedgerTables {
  readonly ledger = new LedgerRepository(new ChainRepository());
  readonly chain = new ChainRepository();
  readonly funds: FundRepository;

  private constructor(
    private readonly database: TestDatabase,
    private readonly source: DataSource,
    readonly pool: pg.Pool,
  ) {
    this.funds = new FundRepository(source.getRepository(Fund));
  }

  static async create(): Promise<LedgerTables> {
    const database = await testDatabase();
    const source = await dataSourceOf({ ...payments, url: database.url, entities: entitiesOf(payments) }).initialize();
    await source.runMigrations();
    return new LedgerTables(database, source, new pg.Pool({ connectionString: database.url, max: 3 }));
  }

  /** Runs work in a transaction and takes everything back, so that the next test finds the tables as they were. */
  async aside<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      return await work({ query: (text, values) => client.query(text, values) });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  /** Books a change as the product does. @returns its booking */
  async book(tx: Tx, change: LedgerChange, { nowMs, selection }: BookedAt): Promise<Booking> {
    const head = await this.ledger.lock(tx);
    const terms = {
      nowMs,
      selection: selection ?? ('first-complete-first-served-within-tier' as const),
      ids: {
        orderOf: (obligation: string) => encoded(`order of ${obligation}`.split('').toReversed().join('')),
        railReferenceOf: (...parts: readonly unknown[]) => encoded(parts.join('/')),
      },
      railNames: new Map(change.obligations.map(({ obligation: { id } }) => [id, id])),
    };
    const booking = bookingOf(head, change, terms);
    await this.ledger.write(tx, booking);
    return booking;
  }

  /** The product's figures and checks, inside a transaction that has already begun. */
  figures(tx: Tx): Promise<BookFigures> {
    return new BooksRepository().read({
      query: (sql, values) =>
        sql.startsWith('SET TRANSACTION') ? Promise.resolve({ rows: [], rowCount: 0 }) : tx.query(sql, values),
    });
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.source.destroy();
    await this.database.drop();
  }
}
