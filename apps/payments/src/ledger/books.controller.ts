import { Controller, Get } from '@nestjs/common';
import { Field, IsWord } from '#libs/contracts';
import { Answers, ReadsOnly, SignedBy } from '#libs/service';
import { IsBoolean, IsObject, Matches } from 'class-validator';
import { BooksService } from './books.service.js';

const HOUR = /^\d{4}-\d\d-\d\dT\d\d$/;

class BooksAnswer {
  @Field({ data: 'operational', purpose: 'whether every check holds' })
  @IsBoolean()
  balanced!: boolean;

  @Field({ data: 'operational', purpose: 'each check of the ledger, by name' })
  @IsObject()
  checks!: Readonly<Record<string, boolean>>;

  @Field({ data: 'operational', purpose: 'balance of each account, in cents' })
  @IsObject()
  accounts!: Readonly<Record<string, string>>;

  @Field({ data: 'operational', purpose: 'number of instruments in each state' })
  @IsObject()
  instruments!: Readonly<Record<string, number>>;

  @Field({ data: 'operational', purpose: 'number of obligations in each state' })
  @IsObject()
  obligations!: Readonly<Record<string, number>>;

  @Field({ data: 'operational', purpose: 'hour in which the figures were read' })
  @Matches(HOUR)
  hour!: string;

  @Field({ data: 'operational', purpose: 'why payments sends nothing, or nothing' }, { nullable: true })
  @IsWord()
  freeze!: string | null;
}

/** Counts and sums for operators and releasers. It shows no household. */
@Controller('v1/books')
export class BooksController {
  constructor(private readonly books: BooksService) {}

  @Get()
  @SignedBy('releaser', 'operator')
  @ReadsOnly()
  @Answers(BooksAnswer, 'Gives the checks, the balances and the counts of the ledger.')
  read(): Promise<BooksAnswer> {
    return this.books.readKept();
  }
}
