import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import {
  addDays,
  clocks,
  CONTRACTS_VERSION,
  dayNumber,
  dayOf,
  FileRequestV1,
  MINUTE_MS,
  parseJson,
  ReadBoxesV1,
  startOfDay,
  SubmitApplicationV1,
  validate,
  type AcceptedV1,
  type BoxesV1,
  type Lane,
  type RequestRecipient,
} from '#libs/contracts';
import { isSigned, Problem, RUNTIME, signerOf, type Runtime, type SignedRequest } from '#libs/service';
import { ApplicationDesk } from './application-desk.js';
import { BoxStore } from './box.store.js';
import { DeviceStore } from './device.store.js';
import { dayRule } from './domain/acceptance.js';

const NO_BODY = Buffer.alloc(0);

const limits = {
  acceptDays: clocks.intakeAcceptDays,
  keyDays: clocks.dayKeyDays,
  graceMinutes: clocks.intakeGraceMinutes,
};

const recipients: readonly RequestRecipient[] = ['eligibility', 'payments', 'notification'];

/** The public door. What comes in is sealed to others; this service can read none of it. */
@Controller('v1')
export class DoorController {
  constructor(
    @Inject(ApplicationDesk) private readonly applications: ApplicationDesk,
    @Inject(BoxStore) private readonly boxes: BoxStore,
    @Inject(DeviceStore) private readonly devices: DeviceStore,
    @Inject(RUNTIME) private readonly runtime: Runtime<'intake'>,
  ) {}

  @Post('applications')
  @HttpCode(202)
  async submit(@Headers() headers: SignedRequest['headers'], @Body() body: Buffer | undefined): Promise<AcceptedV1> {
    const application = validate(SubmitApplicationV1, parseJson(body ?? NO_BODY));
    const mayBeNew = this.checkDay(application) && this.hasKeys(application.day, recipients);
    const origin = await this.originOf('/v1/applications', headers, body ?? NO_BODY);
    const verdict = await this.applications.submit({ application, ...origin, mayBeNew });
    if (verdict === 'other-content' || verdict === 'day-over') throw new Problem(verdict);
    return { accepted: true, lastDay: addDays(application.day, clocks.dayKeyDays) };
  }

  @Post('requests')
  @HttpCode(202)
  async file(
    @Headers() headers: SignedRequest['headers'],
    @Body() body: Buffer | undefined,
  ): Promise<{ accepted: true }> {
    const request = validate(FileRequestV1, parseJson(body ?? NO_BODY));
    if (!this.checkDay(request) || !this.hasKeys(request.day, [request.to])) throw new Problem('day-over');
    const origin = await this.originOf('/v1/requests', headers, body ?? NO_BODY);
    await this.applications.file({ to: request.to, day: request.day, sealed: request.sealed, ...origin });
    return { accepted: true };
  }

  @Post('boxes/read')
  @HttpCode(200)
  async read(@Body() body: Buffer | undefined): Promise<BoxesV1> {
    const { boxes } = validate(ReadBoxesV1, parseJson(body ?? NO_BODY));
    const answers = await this.boxes.read(boxes.map((box) => Buffer.from(box, 'base64url')));
    return { answers: answers.map((answer) => Buffer.from(answer).toString('base64url')) };
  }

  /** @returns whether something new of that day is still taken. @throws Problem */
  private checkDay({ day, contracts }: { readonly day: string; readonly contracts: number }): boolean {
    if (contracts !== CONTRACTS_VERSION) throw new Problem('unknown-contracts');
    const now = this.runtime.clock.now();
    const today = dayOf(now);
    const minutesToMidnight = (startOfDay(addDays(today, 1)) - now.getTime()) / MINUTE_MS;
    const rule = dayRule({ day: dayNumber(day), today: dayNumber(today), minutesToMidnight }, limits);
    if (rule === 'day-over' || rule === 'day-to-come') throw new Problem(rule);
    return rule === 'accept';
  }

  /**
   * Looked at before anything is gathered: one slice for a day of which its recipient has no key would fail the
   * transaction of everybody who came at the same moment.
   *
   * @returns false for a day gone by. @throws Problem `unavailable` for a day whose keys will come
   */
  private hasKeys(day: string, services: readonly RequestRecipient[]): boolean {
    const { directory, clock } = this.runtime;
    if (services.every((service) => directory.dayKeyOf(service, day) !== undefined)) return true;
    if (day >= dayOf(clock.now())) throw new Problem('unavailable');
    return false;
  }

  /** The lane is known by who signed, never by what the body says. @throws Problem `not-signed` */
  private async originOf(
    path: string,
    headers: SignedRequest['headers'],
    body: Uint8Array,
  ): Promise<{ lane: Lane; site: string | undefined }> {
    if (!isSigned(headers)) return { lane: 'own-device', site: undefined };
    const keyOf = async (name: string) => (await this.devices.find(name))?.key;
    const signer = await signerOf({ method: 'POST', path, headers, body }, keyOf, this.runtime.clock.now());
    const device = signer === undefined ? undefined : await this.devices.find(signer);
    if (device === undefined) throw new Problem('not-signed');
    return { lane: device.lane, site: device.site };
  }
}
