import type { AcceptedV1, BoxesV1, DirectoryV1, FileRequestV1, SubmitApplicationV1 } from '#libs/contracts';
import type { Household } from '#libs/sealing';
import { boxesOf, openBoxes, type Messages } from './boxes.js';
import { HouseholdError } from './errors.js';
import { signatureHeaders, type DeviceSigner } from './kiosk-signature.js';

export interface DoorOptions {
  /** The URL of intake, without a slash at the end. */
  readonly url: string;
  /** An enrolled device signs its requests; intake knows the lane only by that signature. */
  readonly device?: DeviceSigner;
  readonly timeoutMs?: number;
  readonly now?: () => Date;
}

/** Intake's public routes, as a household's device uses them. */
export class Door {
  constructor(private readonly options: DoorOptions) {}

  directory(): Promise<DirectoryV1> {
    return this.call('GET', '/v1/directory') as Promise<DirectoryV1>;
  }

  profile(): Promise<unknown> {
    return this.call('GET', '/v1/profile');
  }

  /** @throws HouseholdError `refused` with intake's code, `unreachable` */
  submit(application: SubmitApplicationV1): Promise<AcceptedV1> {
    return this.call('POST', '/v1/applications', application) as Promise<AcceptedV1>;
  }

  async file(request: FileRequestV1): Promise<void> {
    await this.call('POST', '/v1/requests', request);
  }

  async readBoxes(household: Household): Promise<Messages> {
    const { answers } = (await this.call('POST', '/v1/boxes/read', boxesOf(household))) as BoxesV1;
    return openBoxes(household, answers);
  }

  private async call(method: 'GET' | 'POST', path: string, content?: object): Promise<unknown> {
    const { url, device, timeoutMs = 30_000, now = () => new Date() } = this.options;
    const body = content === undefined ? undefined : JSON.stringify(content);
    const seconds = Math.floor(now().getTime() / 1000);
    const signature =
      device === undefined || body === undefined ? {} : await signatureHeaders({ method, path, body }, device, seconds);
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json', ...signature } }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(() => {
      // The platform's message may contain the address; the household only needs to know that it can try again.
      throw new HouseholdError('unreachable');
    });
    const answered = await answer.json().catch(() => ({}) as unknown);
    if (answer.ok) return answered;
    const { code } = answered as { code?: unknown };
    // Without a code the answer is not intake's own: it restarts, or a proxy answers for it.
    if (answer.status >= 500 && typeof code !== 'string') throw new HouseholdError('unreachable');
    const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
    throw new HouseholdError(
      'refused',
      typeof code === 'string' ? code : undefined,
      Number.isFinite(retryAfter) ? retryAfter : undefined,
    );
  }
}
