import type { Lane } from '#libs/contracts';
import type { Tx } from '#libs/database';
import type { ListedKey, Revocation } from './key-register.js';

/** An enrolled device of a site. The lane follows from the device's key, never from a request's body. */
export interface EnrolledDevice extends ListedKey {
  readonly lane: Exclude<Lane, 'own-device'>;
  readonly site: string;
}

/** The list of enrolled devices. A service with routes for devices provides it globally. */
export abstract class DeviceDirectory {
  /** All devices, revoked ones too. */
  abstract all(): Promise<readonly EnrolledDevice[]>;

  abstract revoke(tx: Tx, name: string): Promise<Revocation>;
}

/** A route is for devices, but the service has no list of enrolled devices. The service must not start. */
export class NoDeviceDirectoryError extends Error {
  override readonly name = 'NoDeviceDirectoryError';
  readonly code = 'no-device-directory';

  constructor() {
    super('a route is for devices, but the service provides no directory of devices');
  }
}
