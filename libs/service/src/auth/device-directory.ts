import type { KeyObject } from 'node:crypto';
import type { Lane } from '#libs/contracts';

/** An enrolled device of a site. Its lane is a fact about the place, known by its key and never by what a body says. */
export interface EnrolledDevice {
  readonly lane: Exclude<Lane, 'own-device'>;
  readonly site: string;
  readonly key: KeyObject;
}

/** Where the guard finds the devices that may sign. A service with routes for devices provides it globally. */
export abstract class DeviceDirectory {
  /** Undefined: no such device is enrolled, or it was revoked. */
  abstract find(name: string): Promise<EnrolledDevice | undefined>;
}

/** A route is for devices, and nothing says which devices are enrolled: the service must not start. */
export class NoDeviceDirectoryError extends Error {
  override readonly name = 'NoDeviceDirectoryError';
  readonly code = 'no-device-directory';

  constructor() {
    super('a route is for devices, and the service provides no directory of devices');
  }
}
