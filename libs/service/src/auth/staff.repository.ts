import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { KeyObject } from 'node:crypto';
import { Repository } from 'typeorm';
import { ed25519PublicKey } from './http-signature.js';
import { Staff, type StaffRole } from './staff.entity.js';

/** A staff key and its role. */
export interface EnrolledStaff {
  /** Pseudonym; one person may have several keys. */
  readonly person: string;
  readonly role: StaffRole;
  readonly key: KeyObject;
}

/** Looks up the staff keys that are not revoked. */
@Injectable()
export class StaffRepository {
  constructor(@InjectRepository(Staff) private readonly staff: Repository<Staff>) {}

  async find(name: string): Promise<EnrolledStaff | undefined> {
    const row = await this.staff.findOneBy({ name, revoked: false });
    return row === null ? undefined : { person: row.person, role: row.role, key: ed25519PublicKey(row.publicKey) };
  }
}
