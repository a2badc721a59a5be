import { HttpCode, Post } from '@nestjs/common';
import { IsBoolean, IsIn, Matches } from 'class-validator';
import { Field } from '#libs/contracts';
import type { StaffAct } from '../audit/audit-trail.js';
import { SignedBy } from '../auth/access.js';
import { Act, ContractBody } from '../auth/caller.js';
import { Operation } from '../auth/operation.js';
import { InternalController } from '../http/internal-controller.js';
import { Answers } from '../openapi/answers.js';
import { RevocationService, type EnrolledKey } from './revocation.service.js';

class RevokeKey {
  @Field({ data: 'operational', purpose: 'on which list the key is' })
  @IsIn(['staff', 'devices'])
  list!: EnrolledKey['list'];

  @Field({ data: 'operational', purpose: 'the name under which the key is enrolled' })
  @Matches(/^[a-z0-9-]{3,40}$/)
  name!: string;
}

class KeyRevoked {
  @Field({ data: 'operational', purpose: 'whether the key was valid until now' })
  @IsBoolean()
  revoked!: boolean;

  @Field({ data: 'operational', purpose: 'whether a key of this name is enrolled; an enrolled one is revoked now' })
  @IsBoolean()
  enrolled!: boolean;
}

/** Revokes a key that was lost or stolen, or whose owner has left. Nothing makes it valid again. */
@InternalController('v1/operations')
export class RevocationController {
  constructor(private readonly revocations: RevocationService) {}

  @Post('keys/revoke')
  @HttpCode(200)
  @SignedBy('operator')
  @Operation('key-revoke')
  @Answers(KeyRevoked, 'Revokes an enrolled key of staff or of a device.')
  revoke(@Act() act: StaffAct, @ContractBody(RevokeKey) { list, name }: RevokeKey): Promise<KeyRevoked> {
    return this.revocations.revoke({ list, name }, act);
  }
}
