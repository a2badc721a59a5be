import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import type { CarrierReply } from './carrier.adapter.js';
import type { DropReason } from './domain/text.js';

/** Counts texts by their outcome. The counts identify no household. */
@Injectable()
export class TextCounts {
  private readonly counter: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.counter = new Counter({
      name: 'amparo_texts_total',
      help: 'texts by outcome',
      labelNames: ['outcome'],
      registers: [registry],
    });
  }

  add(outcome: CarrierReply | DropReason): void {
    this.counter.inc({ outcome });
  }
}
