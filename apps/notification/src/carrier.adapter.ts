export interface TextMessage {
  /** The carrier sends once per reference. */
  readonly reference: string;
  readonly to: string;
  /** The sender name of all texts of the city. */
  readonly from: string;
  readonly text: string;
}

/** `unknown`: the carrier gave no clear answer. Only the same reference may be sent again. */
export type CarrierReply = 'accepted' | 'refused' | 'unknown';

/** Carries texts to phones. */
export abstract class TextCarrier {
  abstract send(message: TextMessage): Promise<CarrierReply>;
}

const TIMEOUT_MS = 5_000;

/** Refusals that stay the same when the same text is sent again. */
const DEFINITE: ReadonlySet<number> = new Set([400, 409, 422]);

/** A carrier behind HTTP. Phone number and reference are in the body, never in the URL. */
export class HttpTextCarrier extends TextCarrier {
  constructor(
    private readonly url: string,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    super();
  }

  async send({ reference, to, from, text }: TextMessage): Promise<CarrierReply> {
    try {
      const answer = await fetch(`${this.url}/sms/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ reference, to, from, text }),
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      const body = (await answer.json()) as { reference?: unknown; state?: unknown } | null;
      if (DEFINITE.has(answer.status)) return 'refused';
      const isOurs = body?.reference === reference && body.state === 'accepted';
      return answer.status === 200 && isOurs ? 'accepted' : 'unknown';
    } catch {
      return 'unknown';
    }
  }
}
