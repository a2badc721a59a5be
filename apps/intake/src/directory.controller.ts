import { Controller, Get, Header, Inject } from '@nestjs/common';
import { contractsText, CONTRACTS_VERSION, dayOf, type DirectoryV1 } from '#libs/contracts';
import { cycleOf, cycleSaltText, publicPartOf } from '#libs/policy/public';
import { sha256 } from '#libs/sealing';
import { RUNTIME, type Runtime } from '#libs/service';

/** What a device needs before it can seal: keys a week ahead, the policy in its public words, the salts of the cycle. */
@Controller('v1')
export class DirectoryController {
  private readonly contractsHash = hash(contractsText());

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime<'intake'>) {}

  @Get('directory')
  @Header('cache-control', 'public, max-age=60')
  directory(): DirectoryV1 {
    const { directory, profile, profileHash, clock } = this.runtime;
    const today = dayOf(clock.now());
    const cycle = cycleOf(profile, today);
    return {
      contracts: CONTRACTS_VERSION,
      contractsHash: this.contractsHash,
      profileHash: Buffer.from(profileHash).toString('base64url'),
      dayKeys: directory.entries().filter(({ day, service }) => day >= today && service !== 'intake'),
      cycle: { salt: hash(cycleSaltText(profile, cycle)), previousSalt: hash(cycleSaltText(profile, cycle - 1)) },
    };
  }

  @Get('profile')
  @Header('cache-control', 'public, max-age=60')
  profile(): Readonly<Record<string, unknown>> {
    return publicPartOf(this.runtime.profileJson);
  }
}

function hash(text: string): string {
  return Buffer.from(sha256(Buffer.from(text))).toString('base64url');
}
