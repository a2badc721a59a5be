import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { cycleOf, dayOf, type HouseholdTokensV1 } from '#libs/contracts';
import { RUNTIME, type Runtime } from '#libs/service';
import { sharedWith, withHolder, type Shared, type TokenHolders } from './domain/duplicates.js';

type Tx = Parameters<Runtime<'eligibility'>['records']['begin']>[0];

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

const TOKEN = 'token';
const TOKEN_NAMES = ['nameAndDay', 'contact', 'dwelling'] as const;

/**
 * Which households share a token. Tokens are weak on purpose; here they are keyed once more with the key of their
 * cycle, which is destroyed with the cycle.
 */
@Injectable()
export class TokenStore implements OnModuleInit {
  constructor(@Inject(RUNTIME) private readonly runtime: Runtime<'eligibility'>) {}

  async onModuleInit(): Promise<void> {
    const cycle = this.cycleOf(dayOf(this.runtime.clock.now()));
    // The next one too: the first application after the change must not wait for a key.
    for (const each of [cycle - 1, cycle, cycle + 1]) await this.ensureKey(each);
  }

  /** What each household shares with those before it, and remembers it. In order, within one transaction. */
  async match(tx: Tx, households: readonly TokensOfHousehold[]): Promise<readonly Shared[]> {
    for (const { day } of households) await this.ensureKey(this.cycleOf(day));
    const records = await this.runtime.records.begin(tx);
    const keyed = households.map((household) => this.keyedOf(household));
    const values = keyed.flat().map(({ value }) => value);
    const stored = await records.findForUpdate<TokenHolders & { cycle: number }>(TOKEN, values);
    const holders = new Map<string, TokenHolders & { cycle: number }>();
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

  private keyedOf({ day, tokens, previousTokens }: TokensOfHousehold): readonly Keyed[] {
    const cycle = this.cycleOf(day);
    return [
      { cycle, given: tokens, isOwn: true },
      { cycle: cycle - 1, given: previousTokens, isOwn: false },
    ].flatMap(({ cycle: of, given, isOwn }) =>
      // Tokens of a cycle whose key is gone, or never was, can match nothing any more.
      (this.runtime.keyring.secretExists(secretOf(of)) ? TOKEN_NAMES : []).flatMap((name) => {
        const token = given[name];
        if (token === undefined) return [];
        const value = this.runtime.keyed(secretOf(of), name, token);
        return [{ value, isContact: name === 'contact', isOwn }];
      }),
    );
  }

  private cycleOf(day: string): number {
    return cycleOf(this.runtime.profile, day);
  }

  private async ensureKey(cycle: number): Promise<void> {
    const { keyring } = this.runtime;
    if (keyring.secretExists(secretOf(cycle))) return;
    await keyring.createSecret(secretOf(cycle)).catch((error: unknown) => {
      // Another instance was faster.
      if (!keyring.secretExists(secretOf(cycle))) throw error;
    });
  }
}

function secretOf(cycle: number): string {
  return `tokens-${cycle}`;
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex');
}

export const tokenKind = { kind: TOKEN, sizeBytes: 512, work: false } as const;
