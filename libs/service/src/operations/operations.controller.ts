import { HttpCode, Post } from '@nestjs/common';
import { Bus, type ParkedGroup } from '#libs/bus';
import { addDays, clocks, type Service } from '#libs/contracts';
import { SignedBy } from '../auth/access.js';
import { Operation } from '../auth/operation.js';
import { InternalController } from '../http/internal-controller.js';
import { errorFields, Log } from '../log/log.js';
import { Nightly } from '../records/nightly.js';

/** A group of parked messages, and the last day on which a key can open them. */
export type ParkedView = ParkedGroup & { readonly lastDay: string };

/** A turn may take longer than anybody waits for an answer. */
const ANSWER_WITHIN_MS = 2_000;

/**
 * What an operator can tell a running service: signed, and the same at every service. None of it moves money, shows a
 * household or changes a decision; each of it can be done again without harm, and is logged with who did it.
 */
@InternalController('v1/operations')
export class OperationsController {
  constructor(
    private readonly bus: Bus<Service>,
    private readonly nightly: Nightly,
    private readonly log: Log,
  ) {}

  /** Sends everything again that can still be read; consumers know what they have handled. */
  @Post('republish')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('republish')
  async republish(): Promise<{ left: number }> {
    await this.bus.republish();
    const { database } = await this.bus.status();
    return { left: database?.replayLeft ?? 0 };
  }

  /** What is set aside, in groups. */
  @Post('parked')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('parked')
  async parked(): Promise<{ groups: readonly ParkedView[] }> {
    const groups = await this.bus.parked();
    return { groups: groups.map((group) => ({ ...group, lastDay: addDays(group.day, clocks.dayKeyDays) })) };
  }

  /** Puts what is set aside before its handlers once more; what fails again is set aside again. */
  @Post('parked/retry')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('parked-retry')
  async retry(): Promise<{ retried: number }> {
    return { retried: await this.bus.retryParked() };
  }

  /** Lets this instance read on after it had stopped because too much would have been set aside. */
  @Post('breaker/reset')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('breaker-reset')
  async release(): Promise<{ wasTripped: boolean }> {
    return this.resetBreaker(false);
  }

  /** As `release`, and in the next minute whatever is bad is set aside, however much it is. */
  @Post('breaker/set-aside')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('breaker-set-aside')
  async setAside(): Promise<{ wasTripped: boolean }> {
    return this.resetBreaker(true);
  }

  /** Begins tonight's turn of the records, if it is due and nobody turns; how far it is shows in the health report. */
  @Post('turn')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('turn')
  async turn(): Promise<{ outcome: string }> {
    const running = this.nightly.run().then(({ outcome }): string => outcome);
    running.catch((error: unknown) => this.log.write('error', 'work-failed', { work: 'turn', ...errorFields(error) }));
    const soon = new Promise<string>((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS, 'begun').unref());
    return { outcome: await Promise.race([running, soon]) };
  }

  private async resetBreaker(setAside: boolean): Promise<{ wasTripped: boolean }> {
    const { isTripped } = await this.bus.status();
    await this.bus.resetBreaker({ setAside });
    return { wasTripped: isTripped };
  }
}
