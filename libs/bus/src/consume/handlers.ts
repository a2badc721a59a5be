import type { AnyContract, Contract, Message, Service } from '#libs/contracts';
import { contractsTo } from '#libs/contracts';

import type { AnyDelivery, UnitOfWork } from '../produce/unit-of-work.js';
import { BusError } from '../trouble/errors.js';
import type { SliceOpener } from './open-slice.js';

/** A message as its consumer gets it: opened, validated, and seen for the first time. */
export type Delivery<C> = Message<C>;

/**
 * The result of one delivery. `code` is a word, never a value. The circuit breaker does not count what a handler parks
 * of a contract that carries a slice, because anybody can send any number of bad slices.
 */
export type Handled = { readonly status: 'done' } | { readonly status: 'park'; readonly code: string };

export type ConsumerOf<C> = C extends { readonly consumer: infer S extends Service } ? S : never;

/** Handles a batch and returns one result for each delivery, in order. It may run again for parts of the batch. */
export type BatchHandler<C extends AnyContract> = (
  deliveries: readonly Delivery<C>[],
  unit: UnitOfWork<ConsumerOf<C>>,
) => Promise<readonly Handled[]>;

/** A handler without its payload type. Its contract says what it handles. */
export interface HandlerEntry<S extends Service> {
  readonly contract: Contract<string, object, Service, S>;
  /** `openSlice` is for the code between the bus and a handler. No handler gets it. */
  readonly handle: (
    deliveries: readonly AnyDelivery[],
    unit: UnitOfWork<S>,
    openSlice: SliceOpener,
  ) => Promise<readonly Handled[]>;
}

/** Binds a handler to its contract. A wrong payload or another service's messages do not compile. */
export function handlerOf<const C extends AnyContract>(
  contract: C,
  handle: BatchHandler<C>,
): HandlerEntry<ConsumerOf<C>> {
  return { contract, handle } as unknown as HandlerEntry<ConsumerOf<C>>;
}

/**
 * Returns the handlers of a service by contract name. Without a handler, the messages of a contract would be
 * acknowledged unread.
 * @throws BusError `unhandled-contract`, `foreign-contract`, `handled-twice`: the service must not start
 */
export function handlerTable<S extends Service>(
  service: S,
  entries: readonly HandlerEntry<S>[],
): ReadonlyMap<string, HandlerEntry<S>> {
  const table = new Map<string, HandlerEntry<S>>();
  for (const entry of entries) {
    if (entry.contract.consumer !== service) throw new BusError('foreign-contract');
    if (table.has(entry.contract.name)) throw new BusError('handled-twice');
    table.set(entry.contract.name, entry);
  }
  if (contractsTo(service).some((contract: Contract) => !table.has(contract.name))) {
    throw new BusError('unhandled-contract');
  }
  return table;
}
