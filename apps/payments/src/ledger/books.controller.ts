import { Controller, Get } from '@nestjs/common';
import { SignedBy } from '#libs/service';
import { BooksService, type Books } from './books.service.js';

/** Counts and sums for operators and releasers. It shows no household. */
@Controller('v1/books')
export class BooksController {
  constructor(private readonly books: BooksService) {}

  @Get()
  @SignedBy('releaser', 'operator')
  read(): Promise<Books> {
    return this.books.read();
  }
}
