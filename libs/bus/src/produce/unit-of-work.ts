import type { Contract, Day, Outgoing, Service } from '#libs/contracts';
import type { Tx } from '#libs/database';

/** One transaction: state and what is said about it are committed together, or not at all. */
export interface UnitOfWork<S extends Service> {
  readonly tx: Tx;
  /** Validated here; sealed, shuffled and stored when the transaction commits. @throws ContractError, BusError */
  readonly publish: (...messages: readonly Outgoing<S>[]) => void;
}

/** A message whose contract says what its payload is. */
export interface AnyDelivery {
  readonly contract: Contract;
  readonly payload: object;
  readonly day: Day;
}
