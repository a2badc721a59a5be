import { Body, Controller, Get, Inject, Post } from '@nestjs/common';
import { BehaviourStore } from './behaviour.store.js';
import { readOrder } from './domain/behaviour.js';
import type { Entry } from './domain/entry.js';
import { notUnderstood, plainly, type Sent } from './domain/line.js';
import { summaryOf, type Summary } from './domain/summary.js';
import { JournalStore } from './journal.store.js';

/** For tests, demonstrations and operators of the simulator: its books, its behaviour, and its health. */
@Controller()
export class AdminController {
  constructor(
    @Inject(JournalStore) private readonly journal: JournalStore,
    @Inject(BehaviourStore) private readonly behaviours: BehaviourStore,
  ) {}

  @Get('journal')
  entries(): readonly Entry[] {
    return this.journal.entries;
  }

  @Get('journal/summary')
  summary(): Summary {
    return summaryOf(this.journal.entries);
  }

  @Post('behaviour')
  behave(@Body() body: unknown): Sent {
    const order = readOrder(body);
    if (order === undefined) return notUnderstood;
    this.behaviours.set(order.channel, order.order);
    return plainly({ status: 200, body: { accepted: true } });
  }

  @Get('health/live')
  live(): { readonly status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  ready(): { readonly ready: boolean } {
    return { ready: true };
  }
}
