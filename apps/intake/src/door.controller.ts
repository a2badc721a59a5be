import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import {
  AcceptedV1,
  addDays,
  BoxesV1,
  clocks,
  CONTRACTS_VERSION,
  dayNumber,
  dayOf,
  FileRequestV1,
  MINUTE_MS,
  ReadBoxesV1,
  RequestAcceptedV1,
  startOfDay,
  SubmitApplicationV1,
  type Lane,
  type RequestRecipient,
} from '#libs/contracts';
import type { KeyDirectory } from '#libs/sealing';
import {
  Answers,
  Clock,
  ContractBody,
  Device,
  KEY_DIRECTORY,
  Problem,
  SignedByDevice,
  WaitsIn,
  type Bucket,
  type Caller,
} from '#libs/service';
import { BoxService } from './box.service.js';
import { dayRule } from './domain/acceptance.js';
import { SubmissionService } from './submission.service.js';

const limits = {
  acceptDays: clocks.intakeAcceptDays,
  keyDays: clocks.dayKeyDays,
  graceMinutes: clocks.intakeGraceMinutes,
};

const recipients: readonly RequestRecipient[] = ['eligibility', 'payments', 'notification'];

/** The public door. Its content is sealed to other services, and intake can read none of it. */
@Controller('v1')
export class DoorController {
  constructor(
    private readonly submissions: SubmissionService,
    private readonly boxes: BoxService,
    @Inject(KEY_DIRECTORY) private readonly keys: KeyDirectory,
    private readonly clock: Clock,
  ) {}

  @Post('applications')
  @HttpCode(202)
  @SignedByDevice({ orUnsigned: true })
  @Answers(AcceptedV1, 'Takes an application of three sealed slices.')
  async submit(
    @Device() device: Caller['device'],
    @WaitsIn() bucket: Bucket,
    @ContractBody(SubmitApplicationV1) application: SubmitApplicationV1,
  ): Promise<AcceptedV1> {
    const sealedTo = recipients.filter((service) => service !== 'notification' || application.contact !== undefined);
    const mayBeNew = this.checkDay(application) && this.hasKeys(application.day, sealedTo);
    const verdict = await this.submissions.submit({ application, ...originOf(device), mayBeNew }, bucket);
    if (verdict === 'other-content' || verdict === 'day-over') throw new Problem(verdict);
    return { accepted: true, lastDay: addDays(application.day, clocks.dayKeyDays) };
  }

  @Post('requests')
  @HttpCode(202)
  @SignedByDevice({ orUnsigned: true })
  @Answers(RequestAcceptedV1, 'Takes a sealed request of a household that applied before.')
  async file(
    @Device() device: Caller['device'],
    @WaitsIn() bucket: Bucket,
    @ContractBody(FileRequestV1) { to, day, sealed, contracts }: FileRequestV1,
  ): Promise<RequestAcceptedV1> {
    if (!this.checkDay({ day, contracts }) || !this.hasKeys(day, [to])) throw new Problem('day-over');
    await this.submissions.file({ to, day, sealed, ...originOf(device) }, bucket);
    return { accepted: true };
  }

  @Post('boxes/read')
  @HttpCode(200)
  @SignedByDevice({ orUnsigned: true, use: 'read' })
  @Answers(BoxesV1, 'Reads boxes; a box that does not exist answers with zeros.')
  async read(@WaitsIn() bucket: Bucket, @ContractBody(ReadBoxesV1) { boxes }: ReadBoxesV1): Promise<BoxesV1> {
    const wanted = boxes.map((box) => Buffer.from(box, 'base64url'));
    const answers = await this.boxes.read(wanted, bucket);
    return { answers: answers.map((answer) => Buffer.from(answer).toString('base64url')) };
  }

  /** @returns whether a new application of that day is still accepted. @throws Problem */
  private checkDay({ day, contracts }: { readonly day: string; readonly contracts: number }): boolean {
    if (contracts !== CONTRACTS_VERSION) throw new Problem('unknown-contracts');
    const now = this.clock.now();
    const today = dayOf(now);
    const minutesToMidnight = (startOfDay(addDays(today, 1)) - now.getTime()) / MINUTE_MS;
    const rule = dayRule({ day: dayNumber(day), today: dayNumber(today), minutesToMidnight }, limits);
    if (rule === 'day-over' || rule === 'day-to-come') throw new Problem(rule);
    return rule === 'accept';
  }

  /**
   * Whether the services have keys of that day. A slice that is sealed to anything else can never be opened.
   *
   * @returns false for a past day. @throws Problem `unavailable` for a day whose keys are not published yet
   */
  private hasKeys(day: string, services: readonly RequestRecipient[]): boolean {
    if (services.every((service) => this.keys.dayKeyOf(service, day) !== undefined)) return true;
    if (day >= dayOf(this.clock.now())) throw new Problem('unavailable');
    return false;
  }
}

/** The signature decides the lane. The body cannot. */
function originOf(device: Caller['device']): { readonly lane: Lane; readonly site: string | undefined } {
  return device ?? { lane: 'own-device', site: undefined };
}
