import type { RailCall, RailReply, StatementItem } from '../domain/rail.js';

export interface RailRequest {
  readonly call: RailCall;
  readonly reference: string;
  readonly amountCents: bigint;
}

/** A way to hand out money. What it does not know for certain it calls `lost`. */
export abstract class Rail {
  /** The payout method that it serves, as the city's profile names it. */
  abstract readonly payoutMethod: string;
  abstract send(request: RailRequest): Promise<RailReply>;
  /** Everything in the partner's books. Undefined: it could not be read to its end. */
  abstract statement(): Promise<readonly StatementItem[] | undefined>;
}
