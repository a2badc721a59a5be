import type { AcceptedV1, BoxesV1, DirectoryV1, FileRequestV1, SubmitApplicationV1 } from '#libs/contracts';
import type { Household } from '#libs/sealing';
import { boxesOf, openBoxes, type Messages } from './boxes.js';
import { HouseholdError } from './errors.js';
import { signatureHeaders, type DeviceSigner } from './request-signature.js';

export interface DoorOptions {
  /** The URL of intake, without a slash at the end. */
  readonly url: string;
  /** An enrolled device signs its requests; intake knows the lane only by that signature. */
  readonly device?: DeviceSigner;
  readonly timeoutMs?: number;
  readonly now?: () => Date;
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly content: { readonly code?: unknown; readonly now?: unknown };
  readonly retryAfterSeconds: number | undefined;
}

/** Intake's public routes, as a household's device uses them. */
export class Door {
  /** What our clock needs to agree with intake's. A device learns it from intake's refusal of its clock. */
  private offsetMs = 0;

  constructor(private readonly options: DoorOptions) {}

  /** The time by the device's clock, corrected once intake has refused that clock. */
  now(): Date {
    return new Date(this.ownNow() + this.offsetMs);
  }

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

  /** Sends a request. If intake refuses our clock, the request is signed once more, by intake's clock. */
  private async call(method: 'GET' | 'POST', path: string, content?: object): Promise<unknown> {
    const body = content === undefined ? undefined : JSON.stringify(content);
    const first = await this.send(method, path, body);
    const answer = this.correctClock(first) ? await this.send(method, path, body) : first;
    if (answer.ok) return answer.content;
    const { code } = answer.content;
    // Without a code the answer is not intake's own: it restarts, or a proxy answers for it.
    if (answer.status >= 500 && typeof code !== 'string') throw new HouseholdError('unreachable');
    throw new HouseholdError('refused', typeof code === 'string' ? code : undefined, answer.retryAfterSeconds);
  }

  /** @returns whether the answer refuses our clock and tells the time */
  private correctClock({ content: { code, now } }: Answer): boolean {
    const theirs = code === 'wrong-clock' && typeof now === 'string' ? Date.parse(now) : Number.NaN;
    if (!Number.isFinite(theirs)) return false;
    this.offsetMs = theirs - this.ownNow();
    return true;
  }

  private ownNow(): number {
    const { now = () => new Date() } = this.options;
    return now().getTime();
  }

  private async send(method: 'GET' | 'POST', path: string, body: string | undefined): Promise<Answer> {
    const { url, device, timeoutMs = 30_000 } = this.options;
    const seconds = Math.floor(this.now().getTime() / 1000);
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
    const content = (await answer.json().catch(() => ({}))) as Answer['content'];
    const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
    return {
      ok: answer.ok,
      status: answer.status,
      content,
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
    };
  }
}
