import { Body, Controller, Inject, Post } from '@nestjs/common';
import { BehaviourStore } from './behaviour.store.js';
import { falsified } from './domain/cash.js';
import { failedBefore, lineOf, notUnderstood, plainly, type Sent } from './domain/line.js';
import { bodies, readBody, TEXT_CHARS_MAX } from './domain/shapes.js';
import { SmsStore } from './sms.store.js';

/** The carrier of texts. */
@Controller('sms')
export class SmsController {
  constructor(
    @Inject(SmsStore) private readonly sms: SmsStore,
    @Inject(BehaviourStore) private readonly behaviours: BehaviourStore,
  ) {}

  @Post('messages')
  async accept(@Body() body: unknown): Promise<Sent> {
    const message = readBody(bodies.message, body);
    if (message === undefined) return notUnderstood;
    if ([...message.text].length > TEXT_CHARS_MAX) return plainly({ status: 400, body: { error: 'too-long' } });
    const behaviour = this.behaviours.next('sms', 'apply');
    if (behaviour.mode === 'error-before') return failedBefore;
    const answer = await this.sms.accept(message, behaviour);
    return {
      answer: { ...answer, body: falsified(answer.body, behaviour) },
      line: lineOf(behaviour, 'message'),
      delayMs: behaviour.delayMs,
    };
  }
}
