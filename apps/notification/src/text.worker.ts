import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CityProfile, Clock, Log, Workers, type Worker } from '#libs/service';
import { TextCarrier, type CarrierReply } from './carrier.adapter.js';
import { NotificationConfig, quietHoursOf } from './config.js';
import { TextCounts } from './text-counts.adapter.js';
import { quietUntil, type QuietHours } from './domain/quiet.js';
import { TextService, type ReadyText, type Answered } from './text.service.js';

const TEXTS_AT_ONCE = 16;
const POLL_MS = 500;
const LOOK_FOR_DEAD_MS = 2_000;

/**
 * Gives committed texts to the carrier and stores its answers. The call is outside of every transaction. A text without
 * an answer is sent again, always under the same reference.
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
    this.worker = workers.make({ name: 'texts', pollMs: POLL_MS, work: () => this.sendDue() });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** One round: claim, commit, send, complete. @returns the number of texts that ended */
  async sendDue(): Promise<number> {
    const due = await this.texts.claimDue(TEXTS_AT_ONCE);
    if (due.length === 0) return this.endDeadLeases();
    const quietEnd = quietUntil(this.clock.now(), this.quiet);
    if (quietEnd !== undefined) {
      await this.texts.putOff(due, quietEnd);
      return due.length;
    }
    const { ready, dropped } = await this.texts.commit(due);
    for (const why of dropped) this.counts.add(why);
    const answered = await Promise.all(ready.map((text) => this.ask(text)));
    if (answered.length > 0) await this.texts.complete(answered);
    return dropped.length + answered.filter(({ isOver }) => isOver).length;
  }

  /** Ends the leases of instances that have died, at most every two seconds. */
  private async endDeadLeases(): Promise<number> {
    if (performance.now() - this.lookedAt < LOOK_FOR_DEAD_MS) return 0;
    this.lookedAt = performance.now();
    return this.texts.endDeadLeases();
  }

  private async ask(text: ReadyText): Promise<Answered> {
    const { reference, to, text: words } = text;
    // A carrier that fails for one text fails no other.
    const reply = await this.carrier
      .send({ reference, to, text: words, from: this.senderName })
      .catch((): CarrierReply => 'unknown');
    this.counts.add(reply);
    if (reply === 'refused') this.log.write('warn', 'alarm', { alarm: 'text-refused' });
    return { text, isOver: reply !== 'unknown' };
  }
}
