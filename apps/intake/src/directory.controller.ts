import { Controller, Get, Header, Inject } from '@nestjs/common';
import { contractsText, CONTRACTS_VERSION, dayOf, DirectoryV1 } from '#libs/contracts';
import { cycleOf, cycleSaltText, publicPartOf } from '#libs/policy/public';
import { sha256, type KeyDirectory } from '#libs/sealing';
import { Answers, CityProfile, Clock, KEY_DIRECTORY, Public } from '#libs/service';

/** The data that a device needs to seal: day keys for a week, the public part of the profile, and cycle salts. */
@Controller('v1')
export class DirectoryController {
  private readonly contractsHash = hash(contractsText());

  constructor(
    @Inject(KEY_DIRECTORY) private readonly keys: KeyDirectory,
    private readonly city: CityProfile,
    private readonly clock: Clock,
  ) {}

  @Public()
  @Get('directory')
  @Header('cache-control', 'public, max-age=60')
  @Answers(DirectoryV1, 'Names the keys of the days ahead, and the versions of contracts and profile.')
  directory(): DirectoryV1 {
    const { profile, hash: profileHash } = this.city;
    const today = dayOf(this.clock.now());
    const cycle = cycleOf(profile, today);
    return {
      contracts: CONTRACTS_VERSION,
      contractsHash: this.contractsHash,
      profileHash: Buffer.from(profileHash).toString('base64url'),
      dayKeys: this.keys.entries().filter(({ day, service }) => day >= today && service !== 'intake'),
      cycle: { salt: hash(cycleSaltText(profile, cycle)), previousSalt: hash(cycleSaltText(profile, cycle - 1)) },
    };
  }

  @Public()
  @Get('profile')
  @Header('cache-control', 'public, max-age=60')
  @Answers(
    { mediaType: 'application/json', schema: { type: 'object' } },
    "Gives the public part of the city's profile.",
  )
  profile(): Readonly<Record<string, unknown>> {
    return publicPartOf(this.city.json);
  }
}

function hash(text: string): string {
  return Buffer.from(sha256(Buffer.from(text))).toString('base64url');
}
