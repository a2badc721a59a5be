import type { KeyObject } from 'node:crypto';
import type { Lane } from '#libs/contracts';

/** An enrolled device of a site. Its lane is a fact about the place, known by its key and never by what a body says. */
export interface EnrolledDevice {
  readonly lane: Exclude<Lane, 'own-device'>;
  readonly site: string;
  readonly key: KeyObject;
}

/** Where the guard finds the devices that may sign. A service that has routes for devices provides it. */
export abstract class DeviceDirectory {
  /** Undefined: no such device is enrolled, or it was struck. */
  abstract find(name: string): Promise<EnrolledDevice | undefined>;
}
