import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Tx } from '#libs/database';
import { Repository } from 'typeorm';
import type { Revocation } from './key-register.js';
import { Staff } from './staff.entity.js';

/** The list of staff keys. */
@Injectable()
export class StaffRepository {
  constructor(@InjectRepository(Staff) private readonly staff: Repository<Staff>) {}

  /** All keys, revoked ones too. */
  all(): Promise<readonly Staff[]> {
    return this.staff.find();
  }

  revoke(tx: Tx, name: string): Promise<Revocation> {
    return revokeKey(tx, 'staff', name);
  }
}

/** Revokes a key in the table of a list: of staff, or of a service's devices. Nothing makes it valid again. */
export async function revokeKey(tx: Tx, table: 'staff' | 'device', name: string): Promise<Revocation> {
  const { rows } = await tx.query(
    `WITH valid AS (UPDATE ${table} SET revoked = true WHERE name = $1 AND NOT revoked RETURNING name)
     SELECT EXISTS (SELECT FROM valid) AS revoked FROM ${table} WHERE name = $1`,
    [name],
  );
  return { enrolled: rows.length > 0, revoked: rows[0]?.revoked === true };
}
