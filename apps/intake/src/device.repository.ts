import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Tx } from '#libs/database';
import {
  DeviceDirectory,
  isKeyName,
  publicKeyFrom,
  revokeKey,
  type EnrolledDevice,
  type Enrolment,
  type Revocation,
} from '#libs/service';
import { Repository } from 'typeorm';
import { Device } from './device.entity.js';

/** The list of devices. */
@Injectable()
export class DeviceRepository extends DeviceDirectory {
  constructor(@InjectRepository(Device) private readonly devices: Repository<Device>) {
    super();
  }

  /** All devices, revoked ones too. */
  all(): Promise<readonly EnrolledDevice[]> {
    return this.devices.find();
  }

  revoke(tx: Tx, name: string): Promise<Revocation> {
    return revokeKey(tx, 'device', name);
  }
}

/** Items are `{ name, publicKey (base64url, 32 bytes), lane: "kiosk" | "assisted", site }`. */
export const deviceEnrolment: Enrolment<Device> = {
  entity: Device,
  what: 'devices',
  read({ name, publicKey: text, lane, site }) {
    const publicKey = publicKeyFrom(text);
    const isSite = typeof site === 'string' && /^[A-Z][A-Z0-9-]{0,15}$/.test(site);
    if (!isKeyName(name) || publicKey === undefined || !isSite) return undefined;
    return lane === 'kiosk' || lane === 'assisted' ? { name, publicKey, lane, site } : undefined;
  },
};
