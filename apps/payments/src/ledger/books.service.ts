import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { Clock } from '#libs/service';
import { AnchorService } from './anchor.service.js';
import { BooksRepository, type BookFigures } from './books.repository.js';

export interface Books extends BookFigures {
  readonly freeze: string | null;
}

export interface KeptBooks extends Books {
  /** When the figures were read: `2026-11-30T13`. */
  readonly hour: string;
}

interface Kept {
  readonly figures: BookFigures;
  readonly hour: string;
  /** When the figures may be read again, in milliseconds of this process. */
  readonly nextAtMs: number;
}

/** After the figures took a second to read, they are read again 20 seconds later at the soonest. */
const REST_FACTOR = 20;
const HOUR_CHARACTERS = 'YYYY-MM-DDTHH'.length;

/** Reads the ledger for people who watch it. */
@Injectable()
export class BooksService {
  private kept: Kept | undefined;
  private reading: Promise<Kept> | undefined;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly books: BooksRepository,
    private readonly anchor: AnchorService,
    private readonly clock: Clock,
  ) {}

  /** Reads the figures now. */
  async read(): Promise<Books> {
    return { ...(await this.figures()), freeze: this.anchor.freezeReason ?? null };
  }

  /**
   * The figures for any number of readers. The figures are scans of the whole ledger, so at most a twentieth of the
   * time is spent on them, however often somebody asks, and readers that wait share one scan. The freeze is the present
   * one.
   */
  async readKept(): Promise<KeptBooks> {
    const { figures, hour } = await this.present();
    return { ...figures, hour, freeze: this.anchor.freezeReason ?? null };
  }

  private present(): Promise<Kept> {
    if (this.kept !== undefined && performance.now() < this.kept.nextAtMs) return Promise.resolve(this.kept);
    this.reading ??= this.readAgain().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async readAgain(): Promise<Kept> {
    const began = performance.now();
    const figures = await this.figures();
    const now = performance.now();
    const hour = this.clock.now().toISOString().slice(0, HOUR_CHARACTERS);
    this.kept = { figures, hour, nextAtMs: now + (now - began) * REST_FACTOR };
    return this.kept;
  }

  private figures(): Promise<BookFigures> {
    return this.transactions.run(({ tx }) => this.books.read(tx));
  }
}
