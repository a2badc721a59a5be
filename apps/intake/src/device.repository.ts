import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  Clock,
  DeviceDirectory,
  ed25519PublicKey,
  isKeyName,
  publicKeyFrom,
  type EnrolledDevice,
  type Enrolment,
} from '#libs/service';
import { Repository } from 'typeorm';
import { Device } from './device.entity.js';

/** A revoked device is refused within this time, well below the five minutes of the guarantee. */
const CACHE_MS = 15_000;

/** The devices that are not revoked, cached for a moment. */
@Injectable()
export class DeviceRepository extends DeviceDirectory {
  private readonly cache = new Map<string, { readonly until: number; readonly device: EnrolledDevice | undefined }>();

  constructor(
    @InjectRepository(Device) private readonly devices: Repository<Device>,
    private readonly clock: Clock,
  ) {
    super();
  }

  async find(name: string): Promise<EnrolledDevice | undefined> {
    const now = this.clock.now().getTime();
    const cached = this.cache.get(name);
    if (cached !== undefined && cached.until > now) return cached.device;
    const row = await this.devices.findOneBy({ name, revoked: false });
    const device = row === null ? undefined : { lane: row.lane, site: row.site, key: ed25519PublicKey(row.publicKey) };
    // Names come from outside. Unknown names are not cached, because anybody could fill the memory with them.
    if (device !== undefined) this.cache.set(name, { until: now + CACHE_MS, device });
    return device;
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
