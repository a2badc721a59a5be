import { readFileSync } from 'node:fs';
import { areListed, canonicalJson, type CodeLists } from '#libs/contracts';
import { caseClocksOf, codeListsOf, loadProfile, type CaseClocks, type Profile } from '#libs/policy';
import { sha256 } from '#libs/sealing';

/** The city's profile that this process uses. */
export class CityProfile {
  readonly profile: Profile;
  readonly clocks: CaseClocks;
  private readonly lists: CodeLists;
  /** SHA-256 of the profile's canonical text. */
  readonly hash: Uint8Array;

  /** @param json the parsed profile file. @throws the first fault of the profile */
  constructor(readonly json: unknown) {
    this.profile = loadProfile(json);
    this.clocks = caseClocksOf(this.profile);
    this.lists = codeListsOf(json);
    this.hash = sha256(Buffer.from(canonicalJson(json)));
  }

  /** Whether every code in an opened payload is in the city's lists. If not, nothing of it may be kept. */
  knows<P extends object>({ payload: type }: { readonly payload: new () => P }, payload: P): boolean {
    return areListed(type, payload, this.lists);
  }

  /** The language, or the city's first one in place of a code that the city does not know. */
  languageOf(code: string): string {
    return this.lists.languages.find((known) => known === code) ?? this.profile.languages[0] ?? 'en';
  }

  static read(path: string): CityProfile {
    return new CityProfile(JSON.parse(readFileSync(path, 'utf8')));
  }
}
