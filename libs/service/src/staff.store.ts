import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Service } from '#libs/contracts';
import { ed25519PublicKey, signerOf, type SignedRequest } from './http-signature.js';
import { Problem } from './problem.js';
import type { Runtime } from './runtime.js';
import { RUNTIME } from './runtime-token.js';
import { Repository } from 'typeorm';
import { Staff, type StaffRole } from './staff.entity.js';

/** What staff send: always by POST, at the path of the method that takes it. */
export type StaffRequest = Pick<SignedRequest, 'path' | 'headers'> & { readonly body: Buffer | undefined };

/** What a request without a body is taken for. */
export const NO_BODY = Buffer.alloc(0);

/** Where nothing is asked but what the path says. @throws Problem `unknown-field` */
export function refuseContent(body: Buffer = NO_BODY): void {
  if (body.length > 0 && body.toString('latin1') !== '{}') throw new Problem('unknown-field');
}

/** Who of the city has signed a request. */
@Injectable()
export class StaffStore {
  constructor(
    @InjectRepository(Staff) private readonly staff: Repository<Staff>,
    @Inject(RUNTIME) private readonly runtime: Runtime<Service>,
  ) {}

  /** The person behind the key that signed. @throws Problem `not-signed`; `not-allowed` when the key has another role */
  async personOf({ path, headers, body = NO_BODY }: StaffRequest, role: StaffRole): Promise<string> {
    const find = (name: string): Promise<Staff | null> => this.staff.findOneBy({ name, struck: false });
    const keyOf = async (name: string) => {
      const found = await find(name);
      return found === null ? undefined : ed25519PublicKey(found.publicKey);
    };
    const name = await signerOf({ method: 'POST', path, headers, body }, keyOf, this.runtime.clock.now());
    const found = name === undefined ? null : await find(name);
    if (found === null) throw new Problem('not-signed');
    if (found.role !== role) throw new Problem('not-allowed');
    return found.person;
  }
}
