import { Injectable, Optional, type OnApplicationBootstrap } from '@nestjs/common';
import type { Worker } from '../scheduling/worker.js';
import { Workers } from '../scheduling/workers.js';
import { DeviceDirectory, type EnrolledDevice } from './device-directory.js';
import { KeyRegister } from './key-register.js';
import type { Staff } from './staff.entity.js';
import { StaffRepository } from './staff.repository.js';

/** A new key is accepted, and a revoked one refused, within this time. */
export const KEYS_READ_EVERY_MS = 2_000;

/** The keys of staff and of devices, read before the first request and again every few seconds. */
@Injectable()
export class KeyRegisters implements OnApplicationBootstrap {
  readonly staff: KeyRegister<Staff>;
  /** Undefined: the service has no list of devices. */
  readonly devices: KeyRegister<EnrolledDevice> | undefined;
  private readonly worker: Worker;

  constructor(staff: StaffRepository, workers: Workers, @Optional() devices?: DeviceDirectory) {
    this.staff = new KeyRegister(() => staff.all());
    this.devices = devices && new KeyRegister(() => devices.all());
    this.worker = workers.make({ name: 'key-registers', pollMs: KEYS_READ_EVERY_MS, work: () => this.load() });
  }

  /** @throws what the database throws; the service does not start without its keys */
  async onApplicationBootstrap(): Promise<void> {
    await this.load();
    this.worker.start();
  }

  /** @returns always 0: there is nothing more to do before the next round */
  async load(): Promise<0> {
    await Promise.all([this.staff.load(), this.devices?.load()]);
    return 0;
  }
}
