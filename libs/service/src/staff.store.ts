import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ed25519PublicKey, signerOf, type SignedRequest } from './http-signature.js';
import { Problem } from './problem.js';
import { Repository } from 'typeorm';
import { Staff, type StaffRole } from './staff.entity.js';

/** Who of the city has signed a request. */
@Injectable()
export class StaffStore {
  constructor(@InjectRepository(Staff) private readonly staff: Repository<Staff>) {}

  /** The person behind the key that signed. @throws Problem `not-signed`; `not-allowed` when the key has another role */
  async personOf(request: SignedRequest, now: Date, role: StaffRole): Promise<string> {
    const find = (name: string): Promise<Staff | null> => this.staff.findOneBy({ name, struck: false });
    const keyOf = async (name: string) => {
      const found = await find(name);
      return found === null ? undefined : ed25519PublicKey(found.publicKey);
    };
    const name = await signerOf(request, keyOf, now);
    const found = name === undefined ? null : await find(name);
    if (found === null) throw new Problem('not-signed');
    if (found.role !== role) throw new Problem('not-allowed');
    return found.person;
  }
}
