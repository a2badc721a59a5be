import { Body, Controller, Inject, Post } from '@nestjs/common';
import { BehaviourStore } from './behaviour.store.js';
import { CashStore } from './cash.store.js';
import { falsified } from './domain/cash.js';
import type { Behaviour } from './domain/behaviour.js';
import type { Answer } from './domain/entry.js';
import { failedBefore, lineOf, notUnderstood, plainly, type Call, type Sent } from './domain/line.js';
import { bodies, readBody } from './domain/shapes.js';

/** The partner that pays out against one-time codes. References travel in bodies, never in URLs. */
@Controller('cash')
export class CashController {
  constructor(
    @Inject(CashStore) private readonly cash: CashStore,
    @Inject(BehaviourStore) private readonly behaviours: BehaviourStore,
  ) {}

  @Post('codes')
  async issue(@Body() body: unknown): Promise<Sent> {
    const request = readBody(bodies.issue, body);
    if (request === undefined) return notUnderstood;
    const behaviour = this.behaviours.next('cash', 'apply');
    if (behaviour.mode === 'error-before') return failedBefore;
    return sent(await this.cash.issue(request, behaviour), behaviour, 'issue');
  }

  @Post('inquiries')
  async inquire(@Body() body: unknown): Promise<Sent> {
    const request = readBody(bodies.reference, body);
    if (request === undefined) return notUnderstood;
    const behaviour = this.behaviours.next('cash', 'inquire');
    return sent(await this.cash.inquire(request.reference, behaviour), behaviour, 'inquire');
  }

  /** The partner's books, page by page; a customer compares its own books with them. */
  @Post('statements')
  async statement(@Body() body: unknown): Promise<Sent> {
    const request = readBody(bodies.statement, body);
    if (request === undefined) return notUnderstood;
    const behaviour = this.behaviours.next('cash', 'inquire');
    return sent(await this.cash.statement(request.after), behaviour, 'inquire');
  }

  @Post('voids')
  async void(@Body() body: unknown): Promise<Sent> {
    const request = readBody(bodies.reference, body);
    if (request === undefined) return notUnderstood;
    const behaviour = this.behaviours.next('cash', 'apply');
    if (behaviour.mode === 'error-before') return failedBefore;
    return sent(await this.cash.void(request.reference), behaviour, 'void');
  }

  /** A collection at a counter. No misbehaviour applies to it, because a person stands there. */
  @Post('collections')
  async collect(@Body() body: unknown): Promise<Sent> {
    const request = readBody(bodies.code, body);
    return request === undefined ? notUnderstood : plainly(await this.cash.collect(request.code));
  }
}

function sent(answer: Answer, behaviour: Behaviour, call: Call): Sent {
  return {
    answer: { ...answer, body: falsified(answer.body, behaviour) },
    line: lineOf(behaviour, call),
    delayMs: behaviour.delayMs,
  };
}
