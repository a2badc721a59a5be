import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { dayNumber, dayOf, type HouseholdTokensV1 } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { cycleOf, type Profile } from '#libs/policy';
import { hex } from '#libs/sealing';
import { Records, type KindSpec } from '#libs/records';
import { CityProfile, Clock, Log, SecretSeries, secretSeries, Worker } from '#libs/service';
import { sharedWith, withHolder, withoutHolder, type Shared, type TokenHolders } from './domain/duplicates.js';
import { Pseudonyms } from './pseudonyms.js';

export interface TokensOfHousehold {
  /** Short pseudonym of the household, the same wherever its tokens are kept. */
  readonly self: string;
  readonly day: string;
  readonly tokens: HouseholdTokensV1;
  readonly previousTokens: HouseholdTokensV1;
}

interface Keyed {
  readonly value: Uint8Array;
  readonly isContact: boolean;
  readonly isOwn: boolean;
}

type StoredHolders = TokenHolders & { readonly cycle: number };

const TOKEN = 'token';
/** So many cycles may have passed while the service stood still. */
const CYCLES_BACK = 24;
const KEYS_POLL_MS = 600_000;
const TOKEN_NAMES = ['nameAndDay', 'contact', 'dwelling'] as const;

/**
 * Which households share a token. Tokens are weak on purpose; here they are keyed once more with the key of their
 * cycle, which is destroyed with the cycle.
 */
@Injectable()
export class TokenStore implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly worker: Worker;

  private readonly profile: Profile;

  constructor(
    private readonly records: Records,
    private readonly pseudonyms: Pseudonyms,
    @Inject(secretSeries('tokens')) private readonly keys: SecretSeries,
    private readonly clock: Clock,
    { profile }: CityProfile,
    log: Log,
  ) {
    this.profile = profile;
    const work = (): Promise<0> => this.destroyOldKeys();
    this.worker = new Worker({ name: 'cycle-keys', log, pollMs: KEYS_POLL_MS, work });
  }

  async onModuleInit(): Promise<void> {
    const cycle = this.cycleOf(dayOf(this.clock.now()));
    // The next one too: the first application after the change must not wait for a key.
    for (const each of [cycle - 1, cycle, cycle + 1]) await this.keys.ensure(each);
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }

  /** What each household shares with those before it, and remembers it. In order, within one transaction. */
  async match(tx: Tx, households: readonly TokensOfHousehold[]): Promise<readonly Shared[]> {
    for (const { day } of households) await this.keys.ensure(this.cycleOf(day));
    const records = await this.records.begin(tx);
    const keyed = households.map((household) => this.keyedOf(household));
    const values = keyed.flat().map(({ value }) => value);
    const stored = await records.findForUpdate<StoredHolders>(TOKEN, values);
    const holders = new Map<string, StoredHolders>();
    values.forEach((value, at) => {
      const found = stored[at];
      if (found !== undefined) holders.set(hex(value), found);
    });
    const changed = new Map<string, Uint8Array>();
    const shared = households.map(({ self, day }, at) => {
      const own = keyed[at] ?? [];
      const result = sharedWith(
        self,
        own.map(({ value, isContact }) => ({ isContact, holders: holders.get(hex(value)) })),
      );
      for (const { value } of own.filter(({ isOwn }) => isOwn)) {
        holders.set(hex(value), { ...withHolder(holders.get(hex(value)), self), cycle: this.cycleOf(day) });
        changed.set(hex(value), value);
      }
      return result;
    });
    await records.save(
      TOKEN,
      [...changed].map(([key, value]) => ({ value, body: holders.get(key) ?? { households: [], cycle: 0 } })),
    );
    return shared;
  }

  /** Takes a household out of what others are compared with. */
  async forget(tx: Tx, household: Pick<TokensOfHousehold, 'self' | 'day' | 'tokens'>): Promise<void> {
    const values = this.keyedOf({ ...household, previousTokens: {} }).map(({ value }) => value);
    const records = await this.records.begin(tx);
    const found = await records.findForUpdate<StoredHolders>(TOKEN, values);
    const left = values.flatMap((value, at) => {
      const body = found[at];
      return body === undefined ? [] : [{ value, body: { ...body, ...withoutHolder(body, household.self) } }];
    });
    const isEmpty = ({ body }: (typeof left)[number]): boolean => body.households.length === 0;
    await records.save(
      TOKEN,
      left.filter((row) => !isEmpty(row)),
    );
    await records.remove(
      TOKEN,
      left.filter(isEmpty).map(({ value }) => value),
    );
  }

  private keyedOf({ day, tokens, previousTokens }: TokensOfHousehold): readonly Keyed[] {
    const cycle = this.cycleOf(day);
    return [
      { cycle, given: tokens, isOwn: true },
      { cycle: cycle - 1, given: previousTokens, isOwn: false },
    ].flatMap(({ cycle: of, given, isOwn }) =>
      // Tokens of a cycle whose key is gone, or never was, can match nothing any more.
      (this.keys.has(of) ? TOKEN_NAMES : []).flatMap((name) => {
        const token = given[name];
        if (token === undefined) return [];
        const value = this.pseudonyms.tokenOf(of, name, token);
        return [{ value, isContact: name === 'contact', isOwn }];
      }),
    );
  }

  private cycleOf(day: string): number {
    return cycleOf(this.profile, day);
  }

  /** Destroys the keys of cycles in which nothing can be compared any more. */
  async destroyOldKeys(): Promise<0> {
    const today = dayOf(this.clock.now());
    for (let back = 1; back <= CYCLES_BACK; back += 1) {
      const cycle = this.cycleOf(today) - back;
      if (isCycleOver(this.profile, cycle, today)) await this.keys.destroy(cycle);
    }
    return 0;
  }
}

/** The last day on which tokens of a cycle are compared: the cycle itself, and the window in which a cap counts. */
function isCycleOver({ cycle: { days, keyLifetimeDays } }: Profile, cycle: number, today: string): boolean {
  return cycle * days + keyLifetimeDays <= dayNumber(today);
}

export function tokenKind(profile: Profile): KindSpec {
  const isOver = (body: object, today: string): boolean => isCycleOver(profile, (body as StoredHolders).cycle, today);
  return { kind: TOKEN, sizeBytes: 512, work: false, isOver };
}
