import { Controller, Get, Inject } from '@nestjs/common';
import { BooksStore, type Books } from './books.store.js';

/** For those who watch the money: counts and sums, never a household. Not reached from outside. */
@Controller('v1/books')
export class BooksController {
  constructor(@Inject(BooksStore) private readonly books: BooksStore) {}

  @Get()
  read(): Promise<Books> {
    return this.books.read();
  }
}
