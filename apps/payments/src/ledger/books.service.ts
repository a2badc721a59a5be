import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { AnchorService } from './anchor.service.js';
import { BooksRepository, type BookFigures } from './books.repository.js';

export interface Books extends BookFigures {
  readonly freeze: string | null;
}

/** Reads the ledger for people who watch it. */
@Injectable()
export class BooksService {
  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly books: BooksRepository,
    private readonly anchor: AnchorService,
  ) {}

  read(): Promise<Books> {
    return this.transactions.run(async ({ tx }) => {
      const figures = await this.books.read(tx);
      return { ...figures, freeze: this.anchor.freezeReason ?? null };
    });
  }
}
