import { HttpCode, Post } from '@nestjs/common';
import { Bus } from '#libs/bus';
import { addDays, clocks, Field, NestedListField, type Service } from '#libs/contracts';
import { IsBoolean, IsInt, IsString } from 'class-validator';
import { AuditTrail, type StaffAct } from '../audit/audit-trail.js';
import { ReadsOnly, SignedBy } from '../auth/access.js';
import { Act } from '../auth/caller.js';
import { Operation } from '../auth/operation.js';
import type { HealthReport } from '../health/health-checks.js';
import { Readiness } from '../health/readiness.js';
import { InternalController } from '../http/internal-controller.js';
import { errorFields, Log } from '../log/log.js';
import { Answers } from '../openapi/answers.js';
import { Nightly } from '../records/nightly.js';

const GROUPS_MAX = 10_000;

class Republished {
  @Field({ data: 'operational', purpose: 'how many rows are still to be looked at' })
  @IsInt()
  left!: number;
}

/** A group of parked messages, and the last day on which a key can open them. */
export class ParkedView {
  @Field({ data: 'operational', purpose: 'contract of the messages' })
  @IsString()
  contract!: string;

  @Field({ data: 'operational', purpose: 'day of the key that opens them' })
  @IsString()
  day!: string;

  @Field({ data: 'operational', purpose: 'why they were parked' })
  @IsString()
  code!: string;

  @Field({ data: 'operational', purpose: 'how many there are' })
  @IsInt()
  count!: number;

  @Field({ data: 'operational', purpose: 'last day on which a key can open them' })
  @IsString()
  lastDay!: string;
}

class Parked {
  @NestedListField({ data: 'operational', purpose: 'parked messages, in groups' }, () => ParkedView, GROUPS_MAX)
  groups!: readonly ParkedView[];
}

class Retried {
  @Field({ data: 'operational', purpose: 'how many were given to their handlers' })
  @IsInt()
  retried!: number;
}

class BreakerReset {
  @Field({ data: 'operational', purpose: 'whether the circuit breaker had tripped' })
  @IsBoolean()
  wasTripped!: boolean;
}

class TurnBegun {
  @Field({ data: 'operational', purpose: 'how the turn ended, or that it goes on' })
  @IsString()
  outcome!: string;
}

/** The answer does not wait longer than this for a turn to end. */
const ANSWER_WITHIN_MS = 2_000;

/**
 * Operators' commands to a running service: signed, and the same at every service. None of them moves money, shows a
 * household or changes a decision. Each can be repeated without harm. The audit has a row
 * of each, written before it is done.
 */
@InternalController('v1/operations')
export class OperationsController {
  constructor(
    private readonly bus: Bus<Service>,
    private readonly nightly: Nightly,
    private readonly readiness: Readiness,
    private readonly audit: AuditTrail,
    private readonly log: Log,
  ) {}

  /** The exact counts of this moment. The unsigned health report and the metrics show none of them exactly. */
  @Post('status')
  @HttpCode(200)
  @SignedBy('operator')
  @ReadsOnly()
  @Operation('status')
  @Answers(
    { mediaType: 'application/json', schema: { type: 'object', required: ['ready', 'checks'] } },
    'Gives the state of this process with exact counts.',
  )
  status(): Promise<HealthReport> {
    return this.readiness.report();
  }

  /** Sends every message again that can still be read. Consumers skip those that they have handled. */
  @Post('republish')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('republish')
  @Answers(Republished, 'Sends again every outbox row that can still be read.')
  async republish(@Act() act: StaffAct): Promise<Republished> {
    await this.audit.note(act);
    await this.bus.republish();
    const { database } = await this.bus.status();
    return { left: database?.replayLeft ?? 0 };
  }

  /** The parked messages, in groups. */
  @Post('parked')
  @HttpCode(200)
  @SignedBy('operator')
  @ReadsOnly()
  @Operation('parked')
  @Answers(Parked, 'Lists parked messages in groups.')
  async parked(): Promise<Parked> {
    const groups = await this.bus.parked();
    return { groups: groups.map((group) => ({ ...group, lastDay: addDays(group.day, clocks.dayKeyDays) })) };
  }

  /**
   * Gives the parked messages to their handlers again, and those that the broker refused to the broker. A message that
   * fails again is parked again.
   */
  @Post('parked/retry')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('parked-retry')
  @Answers(Retried, 'Gives parked messages to their handlers once more.')
  async retry(@Act() act: StaffAct): Promise<Retried> {
    await this.audit.note(act);
    return { retried: await this.bus.retryParked() };
  }

  /** Lets this instance read again after the circuit breaker stopped it. */
  @Post('breaker/reset')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('breaker-reset')
  @Answers(BreakerReset, 'Lets this process read again after its circuit breaker tripped.')
  async release(@Act() act: StaffAct): Promise<BreakerReset> {
    return this.resetBreaker(act, false);
  }

  /** As `release`, and for the next minute the instance parks every message that fails, however many. */
  @Post('breaker/set-aside')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('breaker-set-aside')
  @Answers(BreakerReset, 'Lets this process read again and park without limit for one minute.')
  async setAside(@Act() act: StaffAct): Promise<BreakerReset> {
    return this.resetBreaker(act, true);
  }

  /** Begins tonight's turn of the records if it is due and no instance turns. The health report shows its progress. */
  @Post('turn')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('turn')
  @Answers(TurnBegun, 'Begins the nightly turn if it is due.')
  async turn(@Act() act: StaffAct): Promise<TurnBegun> {
    await this.audit.note(act);
    const running = this.nightly.run().then(({ outcome }): string => outcome);
    running.catch((error: unknown) => this.log.write('error', 'work-failed', { work: 'turn', ...errorFields(error) }));
    const soon = new Promise<string>((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS, 'begun').unref());
    return { outcome: await Promise.race([running, soon]) };
  }

  private async resetBreaker(act: StaffAct, setAside: boolean): Promise<BreakerReset> {
    await this.audit.note(act);
    const { isTripped, relay } = await this.bus.status();
    await this.bus.resetBreaker({ setAside });
    return { wasTripped: isTripped || relay.isTripped };
  }
}
