import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Tx } from '#libs/database';
import { Repository } from 'typeorm';
import { revokeKey } from './key-list.repository.js';
import { Staff } from './staff.entity.js';

/** The list of staff keys. */
@Injectable()
export class StaffRepository {
  constructor(@InjectRepository(Staff) private readonly staff: Repository<Staff>) {}

  /** All keys, revoked ones too. */
  all(): Promise<readonly Staff[]> {
    return this.staff.find();
  }

  /** @returns false if no such key is enrolled, or if it is revoked already */
  revoke(tx: Tx, name: string): Promise<boolean> {
    return revokeKey(tx, 'staff', name);
  }
}
