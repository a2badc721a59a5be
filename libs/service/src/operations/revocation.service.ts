import { Injectable, Optional } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import type { Service } from '#libs/contracts';
import { AuditTrail, type StaffAct } from '../audit/audit-trail.js';
import { DeviceDirectory } from '../auth/device-directory.js';
import { KeyRegisters } from '../auth/key-registers.js';
import { StaffRepository } from '../auth/staff.repository.js';

export interface EnrolledKey {
  readonly list: 'staff' | 'devices';
  readonly name: string;
}

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

  /**
   * This process refuses the key at once, the others when they read their list again.
   * @returns false if no such key is enrolled, or if it is revoked already
   */
  async revoke({ list, name }: EnrolledKey, act: StaffAct): Promise<boolean> {
    const isRevoked = await this.transactions.run(async ({ tx }) => {
      const isDone = (await (list === 'staff' ? this.staff : this.devices)?.revoke(tx, name)) ?? false;
      if (isDone) await this.audit.record(tx, act, `key ${name}`);
      return isDone;
    });
    await this.registers.load();
    return isRevoked;
  }
}
