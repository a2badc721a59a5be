import type { Contract, Day, Outgoing, Service } from '#libs/contracts';
import type { Tx } from '#libs/database';

/** One transaction. The state and the messages about it are committed together, or not at all. */
export interface UnitOfWork<S extends Service> {
  readonly tx: Tx;
  /** Validates messages now. They are sealed, shuffled and stored when it commits. @throws ContractError, BusError */
  readonly publish: (...messages: readonly Outgoing<S>[]) => void;
}

/** A message of any contract; the contract defines its payload. */
export interface AnyDelivery {
  readonly contract: Contract;
  readonly payload: object;
  readonly day: Day;
}
