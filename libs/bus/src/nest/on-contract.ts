import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { AnyContract, Service } from '#libs/contracts';

import type { ConsumerOf, Delivery, Handled, UnitOfWork } from '../handlers.js';

/** What Nest hands to a handler beside its deliveries. */
export interface BatchContext<S extends Service> {
  readonly unit: UnitOfWork<S>;
}

/** What a handler came to, handed through Nest as a value: its exception filters would log the error's text. */
export type Outcome =
  { readonly ok: true; readonly results: readonly Handled[] } | { readonly ok: false; readonly error: unknown };

/** Contracts that handlers were declared for, by topic; read by the transport. */
export const declaredContracts = new Map<string, AnyContract>();

type BatchMethod<C extends AnyContract> = (
  deliveries: readonly Delivery<C>[],
  context: BatchContext<ConsumerOf<C>>,
) => Promise<readonly Handled[]>;

/**
 * Declares a controller's method as the handler of a contract. A method that takes another payload, says another
 * service's messages or answers otherwise does not compile.
 */
export function OnContract<const C extends AnyContract>(contract: C) {
  return <M extends BatchMethod<C>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const method = descriptor.value as unknown as (...args: unknown[]) => Promise<readonly Handled[]>;
    const guarded = async function (this: unknown, ...args: unknown[]): Promise<Outcome> {
      try {
        return { ok: true, results: await method.apply(this, args) };
      } catch (error) {
        return { ok: false, error };
      }
    };
    descriptor.value = guarded as unknown as M;
    // Without them Nest hands over the deliveries alone.
    Payload()(target, name, 0);
    Ctx()(target, name, 1);
    declaredContracts.set(contract.topic, contract);
    const declare: (...args: never[]) => unknown = EventPattern(contract.topic);
    declare(...([target, name, descriptor] as never[]));
  };
}

/** `OnContract` for the contracts to one service only: another service's contract does not compile. */
export function handlersFor<const S extends Service>(
  _service: S,
): <const C extends Extract<AnyContract, { readonly consumer: S }>>(contract: C) => ReturnType<typeof OnContract<C>> {
  return (contract) => OnContract(contract);
}
