import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { AnyContract, Day, PayloadOf, SealedContract, Service } from '#libs/contracts';
import { toBase64url } from '#libs/sealing';

import type { ConsumerOf, Delivery, Handled } from '../consume/handlers.js';
import type { SliceOpener } from '../consume/open-slice.js';
import { park } from '../consume/apply-all.js';
import type { AnyDelivery, UnitOfWork } from '../produce/unit-of-work.js';
import { BusError } from '../trouble/errors.js';

/** The second argument of a handler, after its deliveries. */
export interface BatchContext<S extends Service> {
  readonly unit: UnitOfWork<S>;
}

/** The context that the transport gives to Nest. The decorators below pass only the `BatchContext` to a method. */
export interface TransportContext extends BatchContext<Service> {
  readonly openSlice: SliceOpener;
}

/**
 * The result or error of a handler, passed through Nest as a value, because Nest's exception filters would log the text
 * of an error.
 */
export type Outcome =
  { readonly ok: true; readonly results: readonly Handled[] } | { readonly ok: false; readonly error: unknown };

/** Contracts that have a declared handler, by topic. The transport reads it. */
export const declaredContracts = new Map<string, AnyContract>();

type BatchMethod<D, S extends Service> = (
  deliveries: readonly D[],
  context: BatchContext<S>,
) => Promise<readonly Handled[]>;

/**
 * A message whose slice was opened with the day's key, is valid by its contract and, if it needs a signature, is
 * signed.
 */
export interface SliceDelivery<C, L> {
  readonly payload: PayloadOf<C>;
  readonly day: Day;
  readonly slice: PayloadOf<L>;
  /** Base64url hash of the command key inside, so that nobody can speak for a household without its command key. */
  readonly household: string;
}

type Method = BatchMethod<unknown, Service>;
type Handle = (deliveries: readonly AnyDelivery[], context: TransportContext) => Promise<readonly Handled[]>;

/** Makes a method the handler of a contract. `around` decides what of a batch reaches it. */
function declare<M>(contract: AnyContract, around: (method: Method) => Handle) {
  return (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    const method = descriptor.value as unknown as Method;
    const guarded = async function (this: unknown, ...[deliveries, context]: Parameters<Handle>): Promise<Outcome> {
      try {
        return { ok: true, results: await around(method.bind(this))(deliveries, context) };
      } catch (error) {
        return { ok: false, error };
      }
    };
    descriptor.value = guarded as unknown as M;
    // Without these two, Nest passes only the deliveries.
    Payload()(target, name, 0);
    Ctx()(target, name, 1);
    declaredContracts.set(contract.topic, contract);
    const pattern: (...args: never[]) => unknown = EventPattern(contract.topic);
    pattern(...([target, name, descriptor] as never[]));
  };
}

/**
 * Declares a controller's method as the handler of a contract. A method that takes another payload, publishes another
 * service's messages or returns another result does not compile.
 */
export function OnContract<const C extends AnyContract>(contract: C) {
  return <M extends BatchMethod<Delivery<C>, ConsumerOf<C>>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const around =
      (method: Method): Handle =>
      (deliveries, { unit }) =>
        method(deliveries, { unit });
    declare<M>(contract, around)(target, name, descriptor);
  };
}

/** A contract whose messages carry a sealed slice. */
type Carrier = Extract<AnyContract, { readonly payload: new () => { sealed: string } }>;

/**
 * As `OnContract`, for messages that carry a slice. The method gets the slices that open, are valid and are signed. The
 * others are parked under their code. The results are in the order of the deliveries.
 */
export function OnSlice<const C extends Carrier, const L extends SealedContract>(contract: C, slice: L) {
  if (slice.consumer !== contract.consumer) throw new BusError('foreign-contract');
  return <M extends BatchMethod<SliceDelivery<C, L>, ConsumerOf<C>>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const around =
      (method: Method): Handle =>
      (deliveries, context) =>
        handleSlices(method, deliveries, slice, context);
    declare<M>(contract, around)(target, name, descriptor);
  };
}

async function handleSlices(
  method: Method,
  deliveries: readonly AnyDelivery[],
  slice: SealedContract,
  { unit, openSlice }: TransportContext,
): Promise<readonly Handled[]> {
  const opened = deliveries.map(({ payload, day }) => {
    const { sealed } = payload as { readonly sealed: string };
    const found = openSlice(slice, { day, sealed });
    if (!found.ok) return park(found.code);
    return { payload, day, slice: found.payload, household: toBase64url(found.householdRef) };
  });
  const good = opened.filter((each) => !('status' in each));
  const results = good.length === 0 ? [] : await method(good, { unit });
  if (!Array.isArray(results) || results.length !== good.length) throw new BusError('wrong-results');
  const resultOf = new Map<object, Handled>(good.map((each, at) => [each, results[at] as Handled]));
  return opened.map((each) => ('status' in each ? each : (resultOf.get(each) as Handled)));
}

type ContractTo<S extends Service> = Extract<AnyContract, { readonly consumer: S }>;

/** The decorators of one service's handlers. */
export interface Handlers<S extends Service> {
  <const C extends ContractTo<S>>(contract: C): ReturnType<typeof OnContract<C>>;
  readonly slice: <const C extends ContractTo<S> & Carrier, const L extends SealedContract>(
    contract: C,
    slice: L,
  ) => ReturnType<typeof OnSlice<C, L>>;
}

/** Returns `OnContract` and `OnSlice` for the contracts to one service. Another service's contract does not compile. */
export function handlersFor<const S extends Service>(_service: S): Handlers<S> {
  const on = <const C extends ContractTo<S>>(contract: C): ReturnType<typeof OnContract<C>> => OnContract(contract);
  return Object.assign(on, { slice: OnSlice }) as Handlers<S>;
}
