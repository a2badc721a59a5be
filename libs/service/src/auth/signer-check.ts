import { Inject, Injectable } from '@nestjs/common';
import type { Service } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import { SERVICE_NAME } from '../config/service-name.js';
import { Problem } from '../problem/problem.js';
import type { EnrolledDevice } from './device-directory.js';
import { deviceClaim, isSignedWith, isWithin, staffClaim, type SignedHead } from './http-signature.js';
import { KeyRegisters } from './key-registers.js';
import { NonceRepository } from './nonce.repository.js';
import type { Staff } from './staff.entity.js';

/** A kiosk corrects its clock by our answer, and a queued application is signed when it is sent. */
const DEVICE_SECONDS = 600;
const STAFF_SECONDS = 60;

/** A member of staff who signed, and the nonce of the request. */
export interface SigningStaff extends Pick<Staff, 'name' | 'person' | 'role'> {
  readonly nonce: Uint8Array;
}

/**
 * Says who signed the head of a request. It makes no query, and a name that is not enrolled costs as much time as one
 * that is. A signature that no enrolled key made is told apart from a revoked key and from a wrong clock only for the
 * key's own holder.
 */
@Injectable()
export class SignerCheck {
  constructor(
    private readonly registers: KeyRegisters,
    private readonly nonces: NonceRepository,
    private readonly clock: Clock,
    @Inject(SERVICE_NAME) private readonly service: Service,
  ) {}

  get knowsDevices(): boolean {
    return this.registers.devices !== undefined;
  }

  /** @throws Problem `not-signed`, `unknown-device`, `revoked-device`, `wrong-clock`, `unavailable` */
  device(head: SignedHead): EnrolledDevice {
    const claim = deviceClaim(head);
    if (claim === undefined) throw new Problem('not-signed');
    const device = this.registers.devices?.find(claim.keyId);
    if (!isSignedWith(device?.key, claim) || device === undefined) throw new Problem('unknown-device');
    if (device.revoked) throw new Problem('revoked-device');
    const now = this.clock.now();
    if (!isWithin(DEVICE_SECONDS, claim, now)) throw new Problem('wrong-clock', { now });
    return device;
  }

  /** @throws Problem `not-signed`, also for an unknown and for a revoked key; `wrong-clock`, `unavailable` */
  staff(head: SignedHead): SigningStaff {
    const claim = staffClaim(head, this.service);
    if (claim === undefined) throw new Problem('not-signed');
    const staff = this.registers.staff.find(claim.keyId);
    if (!isSignedWith(staff?.key, claim) || staff === undefined || staff.revoked) throw new Problem('not-signed');
    const now = this.clock.now();
    if (!isWithin(STAFF_SECONDS, claim, now)) throw new Problem('wrong-clock', { now });
    const { name, person, role } = staff;
    return { name, person, role, nonce: claim.nonce };
  }

  /** Commits that the request was received. @throws Problem `replayed` if it was received before */
  async spend({ name, nonce }: SigningStaff): Promise<void> {
    if (!(await this.nonces.spend(name, nonce))) throw new Problem('replayed');
  }
}
