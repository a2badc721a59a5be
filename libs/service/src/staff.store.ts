import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ed25519PublicKey, signerOf, type SignedRequest } from './http-signature.js';
import { Problem } from './problem.js';
import { Repository } from 'typeorm';
import { Staff } from './staff.entity.js';

/** Who of the city has signed a request. */
@Injectable()
export class StaffStore {
  constructor(@InjectRepository(Staff) private readonly staff: Repository<Staff>) {}

  /** The person behind the key that signed. @throws Problem `not-signed` */
  async personOf(request: SignedRequest, now: Date): Promise<string> {
    const find = (name: string): Promise<Staff | null> => this.staff.findOneBy({ name, struck: false });
    const keyOf = async (name: string) => {
      const found = await find(name);
      return found === null ? undefined : ed25519PublicKey(found.publicKey);
    };
    const name = await signerOf(request, keyOf, now);
    const found = name === undefined ? null : await find(name);
    if (found === null) throw new Problem('not-signed');
    return found.person;
  }
}
