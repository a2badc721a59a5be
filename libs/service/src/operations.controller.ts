import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import type { ParkedGroup } from '#libs/bus';
import { addDays, clocks, type Service } from '#libs/contracts';
import type { SignedRequest } from './http-signature.js';
import { errorFields } from './log.js';
import type { Runtime } from './runtime.js';
import { RUNTIME } from './runtime-token.js';
import { refuseContent, StaffStore } from './staff.store.js';

/** A group of parked messages, and the last day on which a key can open them. */
export type ParkedView = ParkedGroup & { readonly lastDay: string };

/**
 * What an operator can tell a running service: signed, and the same at every service. None of it moves money, shows a
 * household or changes a decision; each of it can be done again without harm.
 */
@Controller('v1/operations')
export class OperationsController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<Service>,
    @Inject(StaffStore) private readonly staff: StaffStore,
  ) {}

  /** Sends everything again that can still be read; consumers know what they have handled. */
  @Post('republish')
  @HttpCode(200)
  async republish(@Headers() headers: SignedRequest['headers'], @Body() body?: Buffer): Promise<{ left: number }> {
    await this.accept('republish', headers, body);
    await this.runtime.bus.republish();
    const { database } = await this.runtime.bus.status();
    return { left: database?.replayLeft ?? 0 };
  }

  /** What is set aside, in groups. */
  @Post('parked')
  @HttpCode(200)
  async parked(
    @Headers() headers: SignedRequest['headers'],
    @Body() body?: Buffer,
  ): Promise<{ groups: readonly ParkedView[] }> {
    await this.accept('parked', headers, body);
    const groups = await this.runtime.bus.parked();
    return { groups: groups.map((group) => ({ ...group, lastDay: addDays(group.day, clocks.dayKeyDays) })) };
  }

  /** Puts what is set aside before its handlers once more; what fails again is set aside again. */
  @Post('parked/retry')
  @HttpCode(200)
  async retry(@Headers() headers: SignedRequest['headers'], @Body() body?: Buffer): Promise<{ retried: number }> {
    await this.accept('parked/retry', headers, body);
    return { retried: await this.runtime.bus.retryParked() };
  }

  /** Lets this instance read on after it had stopped because too much would have been set aside. */
  @Post('brake/release')
  @HttpCode(200)
  async release(@Headers() headers: SignedRequest['headers'], @Body() body?: Buffer): Promise<{ wasBraked: boolean }> {
    await this.accept('brake/release', headers, body);
    return this.releaseBrake(false);
  }

  /** As `release`, and in the next minute whatever is bad is set aside, however much it is. */
  @Post('brake/set-aside')
  @HttpCode(200)
  async setAside(@Headers() headers: SignedRequest['headers'], @Body() body?: Buffer): Promise<{ wasBraked: boolean }> {
    await this.accept('brake/set-aside', headers, body);
    return this.releaseBrake(true);
  }

  /** Begins tonight's turn of the records, if it is due and nobody turns; how far it is shows in the health report. */
  @Post('turn')
  @HttpCode(200)
  async turn(@Headers() headers: SignedRequest['headers'], @Body() body?: Buffer): Promise<{ outcome: string }> {
    await this.accept('turn', headers, body);
    const { nightly, log } = this.runtime;
    const running = nightly.run().then(({ outcome }): string => outcome);
    running.catch((error: unknown) => log.write('error', 'work-failed', { work: 'turn', ...errorFields(error) }));
    const soon = new Promise<string>((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS, 'begun').unref());
    return { outcome: await Promise.race([running, soon]) };
  }

  private async releaseBrake(setAside: boolean): Promise<{ wasBraked: boolean }> {
    const { isBraked } = await this.runtime.bus.status();
    await this.runtime.bus.releaseBrake({ setAside });
    return { wasBraked: isBraked };
  }

  /** Only an operator, and nothing more than the wish: what is done is written to the log with who did it. */
  private async accept(what: string, headers: SignedRequest['headers'], body: Buffer | undefined): Promise<void> {
    const by = await this.staff.personOf({ path: `/v1/operations/${what}`, headers, body }, 'operator');
    refuseContent(body);
    this.runtime.log.write('info', 'operation', { operation: what.replace('/', '-'), by });
  }
}

/** A turn may take longer than anybody waits for an answer. */
const ANSWER_WITHIN_MS = 2_000;
