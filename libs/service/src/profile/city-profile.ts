import { readFileSync } from 'node:fs';
import { canonicalJson } from '#libs/contracts';
import { caseClocksOf, loadProfile, type CaseClocks, type Profile } from '#libs/policy';
import { sha256 } from '#libs/sealing';

/** The city's profile that this process uses. */
export class CityProfile {
  readonly profile: Profile;
  readonly clocks: CaseClocks;
  /** SHA-256 of the profile's canonical text. */
  readonly hash: Uint8Array;

  /** @param json the parsed profile file. @throws the first fault of the profile */
  constructor(readonly json: unknown) {
    this.profile = loadProfile(json);
    this.clocks = caseClocksOf(this.profile);
    this.hash = sha256(Buffer.from(canonicalJson(json)));
  }

  static read(path: string): CityProfile {
    return new CityProfile(JSON.parse(readFileSync(path, 'utf8')));
  }
}
