import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CityProfile, Clock, Log, Workers, type Worker } from '#libs/service';
import { TextCarrier } from './carrier.adapter.js';
import { NotificationConfig, quietHoursOf } from './config.js';
import { TextCounts } from './text-counts.adapter.js';
import { quietUntil, type QuietHours } from './domain/quiet.js';
import { TextService, type ReadyText, type Settled } from './text.service.js';

const TEXTS_AT_ONCE = 16;
const POLL_MS = 500;
const LOOK_FOR_DEAD_MS = 2_000;

/**
 * Carries committed texts to the carrier and what it says back. The call is outside of every transaction; a text of
 * which nothing is known is sent again under the same reference, and under no other.
 */
@Injectable()
export class TextWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;
  private readonly quiet: QuietHours | undefined;
  private readonly senderName: string;
  private lookedAt = 0;

  constructor(
    private readonly texts: TextService,
    private readonly carrier: TextCarrier,
    private readonly counts: TextCounts,
    private readonly clock: Clock,
    private readonly log: Log,
    workers: Workers,
    config: NotificationConfig,
    { profile }: CityProfile,
  ) {
    this.quiet = quietHoursOf(config, profile);
    this.senderName = profile.senderName;
    this.worker = workers.make({ name: 'texts', pollMs: POLL_MS, work: () => this.carry() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** One round: lease, commit, ask, settle. @returns how many texts came to an end */
  async carry(): Promise<number> {
    const due = await this.texts.take(TEXTS_AT_ONCE);
    if (due.length === 0) return this.freeOfTheDead();
    const quietEnd = quietUntil(this.clock.now(), this.quiet);
    if (quietEnd !== undefined) {
      await this.texts.putOff(due, quietEnd);
      return due.length;
    }
    const { ready, dropped } = await this.texts.commit(due);
    for (const why of dropped) this.counts.add(why);
    const settled = await Promise.all(ready.map((text) => this.ask(text)));
    if (settled.length > 0) await this.texts.settle(settled);
    return dropped.length + settled.filter(({ isOver }) => isOver).length;
  }

  /** Texts that another instance had leased and will never settle. */
  private async freeOfTheDead(): Promise<number> {
    if (performance.now() - this.lookedAt < LOOK_FOR_DEAD_MS) return 0;
    this.lookedAt = performance.now();
    return this.texts.freeOfTheDead();
  }

  private async ask(text: ReadyText): Promise<Settled> {
    const { reference, to, text: words } = text;
    const reply = await this.carrier.send({ reference, to, text: words, from: this.senderName });
    this.counts.add(reply);
    if (reply === 'refused') this.log.write('warn', 'alarm', { alarm: 'text-refused' });
    return { text, isOver: reply !== 'unknown' };
  }
}
