import type { BusStatus } from '#libs/bus';

/** The state of a service's messages: the only part of the bus that the health report can use. */
export abstract class BusState {
  abstract status(): Promise<BusStatus>;
}
