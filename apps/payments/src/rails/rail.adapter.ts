import type { RailCall, RailReply, StatementItem } from '../domain/rail.js';

export interface RailRequest {
  readonly call: RailCall;
  readonly reference: string;
  readonly amountCents: bigint;
}

/** Pays instruments of one payout method. An uncertain outcome is `lost`. */
export abstract class Rail {
  /** The payout method, as the city's profile names it. */
  abstract readonly payoutMethod: string;
  abstract send(request: RailRequest): Promise<RailReply>;
  /** Everything in the partner's books. Undefined: they could not be read to the end. */
  abstract statement(): Promise<readonly StatementItem[] | undefined>;
}
