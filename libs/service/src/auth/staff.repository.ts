import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Staff } from './staff.entity.js';

/** The list of staff keys. */
@Injectable()
export class StaffRepository {
  constructor(@InjectRepository(Staff) private readonly staff: Repository<Staff>) {}

  /** All keys, revoked ones too. */
  all(): Promise<readonly Staff[]> {
    return this.staff.find();
  }
}
