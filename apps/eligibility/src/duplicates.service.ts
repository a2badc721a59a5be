import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { cycleOf } from '#libs/policy';
import { hex } from '#libs/sealing';
import { CityProfile } from '#libs/service';
import { CycleKeysWorker } from './cycle-keys.worker.js';
import type { HouseholdTokens } from './domain/case-file.js';
import { sharedWith, withHolder, withoutHolder, type Shared } from './domain/duplicates.js';
import { Pseudonyms } from './pseudonyms.js';
import { TokenRepository, type StoredHolders } from './token.repository.js';

export interface TokensOfHousehold {
  /** Short pseudonym of the household. All its tokens are stored with the same one. */
  readonly self: string;
  readonly day: string;
  readonly tokens: HouseholdTokens;
  readonly previousTokens: HouseholdTokens;
}

interface Keyed {
  readonly value: Uint8Array;
  readonly isContact: boolean;
  readonly isOwn: boolean;
}

const TOKEN_NAMES = ['nameAndDay', 'contact', 'dwelling'] as const;

/**
 * Finds households that share a token. Tokens are weak on purpose. Eligibility keys them once more with the key of
 * their cycle, which is destroyed with the cycle.
 */
@Injectable()
export class DuplicatesService {
  constructor(
    private readonly tokens: TokenRepository,
    private readonly cycles: CycleKeysWorker,
    private readonly pseudonyms: Pseudonyms,
    private readonly city: CityProfile,
  ) {}

  /** Counts what each household shares with earlier ones, and stores its tokens. In order, in one transaction. */
  async match(tx: Tx, households: readonly TokensOfHousehold[]): Promise<readonly Shared[]> {
    for (const { day } of households) await this.cycles.ensure(this.cycleOf(day));
    const keyed = households.map((household) => this.keyedOf(household));
    const holders = await this.tokens.lock(
      tx,
      keyed.flat().map(({ value }) => value),
    );
    const changed = new Map<string, StoredHolders>();
    const shared = households.map(({ self, day }, at) => {
      const own = keyed[at] ?? [];
      const result = sharedWith(
        self,
        own.map(({ value, isContact }) => ({ isContact, holders: holders.get(hex(value))?.holders })),
      );
      for (const { value } of own.filter(({ isOwn }) => isOwn)) {
        const after = withHolder(holders.get(hex(value))?.holders, self);
        const row = { value, holders: { ...after, cycle: this.cycleOf(day) } };
        holders.set(hex(value), row);
        changed.set(hex(value), row);
      }
      return result;
    });
    await this.tokens.save(tx, [...changed.values()]);
    return shared;
  }

  /** Removes a household from the comparison. */
  async forget(tx: Tx, household: Omit<TokensOfHousehold, 'previousTokens'>): Promise<void> {
    const values = this.keyedOf({ ...household, previousTokens: {} }).map(({ value }) => value);
    const found = await this.tokens.lock(tx, values);
    const left = [...found.values()].map(({ value, holders }) => ({
      value,
      holders: { ...holders, ...withoutHolder(holders, household.self) },
    }));
    const isEmpty = ({ holders }: StoredHolders): boolean => holders.households.length === 0;
    await this.tokens.save(
      tx,
      left.filter((row) => !isEmpty(row)),
    );
    await this.tokens.remove(
      tx,
      left.filter(isEmpty).map(({ value }) => value),
    );
  }

  private keyedOf({ day, tokens, previousTokens }: TokensOfHousehold): readonly Keyed[] {
    const cycle = this.cycleOf(day);
    return [
      { cycle, given: tokens, isOwn: true },
      { cycle: cycle - 1, given: previousTokens, isOwn: false },
    ].flatMap(({ cycle: of, given, isOwn }) =>
      // Without the key of its cycle a token matches nothing.
      (this.cycles.has(of) ? TOKEN_NAMES : []).flatMap((name) => {
        const token = given[name];
        if (token === undefined) return [];
        const value = this.pseudonyms.tokenOf(of, name, token);
        return [{ value, isContact: name === 'contact', isOwn }];
      }),
    );
  }

  private cycleOf(day: string): number {
    return cycleOf(this.city.profile, day);
  }
}
