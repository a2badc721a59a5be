import type { BusStatus } from '#libs/bus';

/** How the messages of a service stand: all that its health report is given of the bus. */
export abstract class BusState {
  abstract status(): Promise<BusStatus>;
}
