import { Injectable, Optional } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import type { Service } from '#libs/contracts';
import { AuditTrail, type StaffAct } from '../audit/audit-trail.js';
import { DeviceDirectory } from '../auth/device-directory.js';
import type { Revocation } from '../auth/key-register.js';
import { KeyRegisters } from '../auth/key-registers.js';
import { StaffRepository } from '../auth/staff.repository.js';

export interface EnrolledKey {
  readonly list: 'staff' | 'devices';
  readonly name: string;
}

const NOT_ENROLLED: Revocation = { enrolled: false, revoked: false };

/** Revokes keys of staff and devices, for ever. */
@Injectable()
export class RevocationService {
  constructor(
    private readonly transactions: Transactions<Service>,
    private readonly staff: StaffRepository,
    private readonly registers: KeyRegisters,
    private readonly audit: AuditTrail,
    @Optional() private readonly devices?: DeviceDirectory,
  ) {}

  /** This process refuses the key at once, the others when they read their list again. */
  async revoke({ list, name }: EnrolledKey, act: StaffAct): Promise<Revocation> {
    const revocation = await this.transactions.run(async ({ tx }) => {
      const done = (await (list === 'staff' ? this.staff : this.devices)?.revoke(tx, name)) ?? NOT_ENROLLED;
      if (done.revoked) await this.audit.record(tx, act, `key ${name}`);
      return done;
    });
    // The revocation is committed. If this reading fails, the worker of the registers reads soon, and logs a failure.
    await this.registers.load().catch(() => undefined);
    return revocation;
  }
}
