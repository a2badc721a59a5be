import type { ContractClocks } from './clocks.js';
import type { Day } from './day.js';

export const services = ['intake', 'eligibility', 'payments', 'notification'] as const;
export type Service = (typeof services)[number];

/**
 * The household's device seals slices and requests, and opens the messages in its boxes. It has no Kafka credentials.
 */
export type Party = Service | 'household';

/**
 * `once`: a second message with the same key changes nothing.
 * `higher-wins`: each message states the whole current fact; the higher version wins, in any order of arrival.
 */
export type VersionRule = 'once' | 'higher-wins';

export type PayloadType<P extends object> = new () => P;

/** One topic: one producer, one consumer, one payload that the consumer needs in full. */
export interface Contract<
  N extends string = string,
  P extends object = object,
  Producer extends Service = Service,
  Consumer extends Service = Service,
> {
  readonly name: N;
  readonly version: number;
  readonly topic: string;
  readonly producer: Producer;
  readonly consumer: Consumer;
  readonly purpose: string;
  readonly uniqueBy: readonly string[];
  readonly versionRule: VersionRule;
  readonly clocks: ContractClocks;
  /**
   * The payload holds a slice that a household's device sealed to the consumer, so the producer cannot check it. The
   * circuit breaker does not count what the consumer's handler parks of such a contract.
   */
  readonly carriesSlice?: true;
  /**
   * A household's device chose a value of `uniqueBy`, and another device can choose the same. The circuit breaker does
   * not count messages that differ under one key of such a contract.
   */
  readonly namedByDevice?: true;
  /** Bytes of the encoded payload before sealing; every message of the contract has exactly this size. */
  readonly sizeBytes: number;
  readonly payload: PayloadType<P>;
}

/** Content that travels sealed inside a message or a request body, between a household's device and one service. */
export interface SealedContract<N extends string = string, P extends object = object> {
  readonly name: N;
  readonly version: number;
  readonly producer: Party;
  readonly consumer: Party;
  readonly purpose: string;
  readonly retention: string;
  readonly sizeBytes: number;
  readonly payload: PayloadType<P>;
}

type ContractInput<N extends string, P extends object, Producer extends Service, Consumer extends Service> = Omit<
  Contract<N, P, Producer, Consumer>,
  'topic' | 'version' | 'uniqueBy'
> & { readonly uniqueBy: readonly (keyof P & string)[] };

export function defineContract<
  const N extends string,
  P extends object,
  const Producer extends Service,
  const Consumer extends Service,
>(input: ContractInput<N, P, Producer, Consumer>): Contract<N, P, Producer, Consumer> {
  return Object.freeze({ ...input, version: 1, topic: `${input.name}.v1` });
}

export function defineSealed<const N extends string, P extends object>(
  input: Omit<SealedContract<N, P>, 'version'>,
): SealedContract<N, P> {
  return Object.freeze({ ...input, version: 1 });
}

/** Bytes that HPKE adds to a plaintext: the encapsulated key and the tag. */
export const HPKE_OVERHEAD_BYTES = 48;

/** Size of a sealed contract's ciphertext. */
export function sealedSize(contract: Pick<SealedContract, 'sizeBytes'>): number {
  return contract.sizeBytes + HPKE_OVERHEAD_BYTES;
}

export type PayloadOf<C> = C extends { readonly payload: PayloadType<infer P> } ? P : never;

/** A message of one contract and one day: the day of the slice it carries, or the day on which it was made. */
export interface Message<C> {
  readonly contract: C;
  readonly payload: PayloadOf<C>;
  readonly day: Day;
}
