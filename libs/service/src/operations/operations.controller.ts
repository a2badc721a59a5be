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

/** The answer does not wait longer than this for a turn to end. */
const ANSWER_WITHIN_MS = 2_000;

/**
 * Operators' commands to a running service: signed, and the same at every service. None of them moves money, shows a
 * household or changes a decision. Each can be repeated without harm, and the log names the person.
 */
@InternalController('v1/operations')
export class OperationsController {
  constructor(
    private readonly bus: Bus<Service>,
    private readonly nightly: Nightly,
    private readonly log: Log,
  ) {}

  /** Sends every message again that can still be read. Consumers skip those that they have handled. */
  @Post('republish')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('republish')
  async republish(): Promise<{ left: number }> {
    await this.bus.republish();
    const { database } = await this.bus.status();
    return { left: database?.replayLeft ?? 0 };
  }

  /** The parked messages, in groups. */
  @Post('parked')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('parked')
  async parked(): Promise<{ groups: readonly ParkedView[] }> {
    const groups = await this.bus.parked();
    return { groups: groups.map((group) => ({ ...group, lastDay: addDays(group.day, clocks.dayKeyDays) })) };
  }

  /** Gives the parked messages to their handlers again. A message that fails again is parked again. */
  @Post('parked/retry')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('parked-retry')
  async retry(): Promise<{ retried: number }> {
    return { retried: await this.bus.retryParked() };
  }

  /** Lets this instance read again after the circuit breaker stopped it. */
  @Post('breaker/reset')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('breaker-reset')
  async release(): Promise<{ wasTripped: boolean }> {
    return this.resetBreaker(false);
  }

  /** As `release`, and for the next minute the instance parks every message that fails, however many. */
  @Post('breaker/set-aside')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('breaker-set-aside')
  async setAside(): Promise<{ wasTripped: boolean }> {
    return this.resetBreaker(true);
  }

  /** Begins tonight's turn of the records if it is due and no instance turns. The health report shows its progress. */
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
