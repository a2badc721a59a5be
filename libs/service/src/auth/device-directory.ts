import type { KeyObject } from 'node:crypto';
import type { Lane } from '#libs/contracts';

/** An enrolled device of a site. The lane follows from the device's key, never from a request's body. */
export interface EnrolledDevice {
  readonly lane: Exclude<Lane, 'own-device'>;
  readonly site: string;
  readonly key: KeyObject;
}

/** Where the guard looks up enrolled devices. A service with routes for devices provides it globally. */
export abstract class DeviceDirectory {
  /** Undefined if no such device is enrolled, or if its key is revoked. */
  abstract find(name: string): Promise<EnrolledDevice | undefined>;
}

/** A route is for devices, but the service has no list of enrolled devices. The service must not start. */
export class NoDeviceDirectoryError extends Error {
  override readonly name = 'NoDeviceDirectoryError';
  readonly code = 'no-device-directory';

  constructor() {
    super('a route is for devices, but the service provides no directory of devices');
  }
}
