import { Injectable } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Records, type KindSpec } from '#libs/records';
import { hex } from '#libs/sealing';
import type { CycleTerms, isCycleOver } from './domain/cycle.js';
import type { TokenHolders } from './domain/duplicates.js';

type HoldersOfCycle = TokenHolders & { readonly cycle: number };

/** A keyed token, and the households that gave it in its cycle. */
export interface StoredHolders {
  readonly value: Uint8Array;
  readonly holders: HoldersOfCycle;
}

const TOKEN = 'token';

/** Tokens, keyed with the key of their cycle, and the households that gave them. */
@Injectable()
export class TokenRepository {
  constructor(private readonly records: Records) {}

  /** The known tokens, by their value in hexadecimal. They stay locked until the transaction ends. */
  async lock(tx: Tx, values: readonly Uint8Array[]): Promise<Map<string, StoredHolders>> {
    const records = await this.records.begin(tx);
    const found = await records.findForUpdate<HoldersOfCycle>(TOKEN, values);
    return new Map(
      values.flatMap((value, at) => {
        const holders = found[at];
        return holders === undefined ? [] : [[hex(value), { value, holders }] as const];
      }),
    );
  }

  async save(tx: Tx, rows: readonly StoredHolders[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      TOKEN,
      rows.map(({ value, holders }) => ({ value, body: holders })),
    );
  }

  async remove(tx: Tx, values: readonly Uint8Array[]): Promise<void> {
    await (await this.records.begin(tx)).remove(TOKEN, values);
  }
}

/** @param isOver whether tokens of a cycle are no longer compared */
export function tokenKind(terms: CycleTerms, isOver: typeof isCycleOver): KindSpec {
  return {
    kind: TOKEN,
    sizeBytes: 512,
    work: false,
    isOver: (body, today) => isOver(terms, (body as HoldersOfCycle).cycle, dayNumber(today)),
  };
}
