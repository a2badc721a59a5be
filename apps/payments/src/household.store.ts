import { Inject, Injectable } from '@nestjs/common';
import { fromBody, toBody } from '#libs/records';
import { RUNTIME, type Runtime } from '#libs/service';
import { newHousehold, type HouseholdState } from './domain/household.js';

type Tx = Parameters<Runtime<'payments'>['records']['begin']>[0];

/** Keys that came with the payout choice: how the household is answered, and how notification knows it. */
export interface HouseholdKeys {
  readonly receiptKey: string;
  readonly linkToken: string;
  /** Keyed hash of the pick-up code, base64url. */
  readonly pickup: string;
  /** Who is paid for the household, where it consented to that. */
  readonly payee: { readonly payee: string; readonly accountReference: string } | undefined;
}

export interface HouseholdRecord {
  readonly state: HouseholdState;
  readonly keys: HouseholdKeys | undefined;
}

const HOUSEHOLD = 'household';
const GRANT = 'grant';
const OBLIGATION = 'obligation';

/** Where a grant belongs, or that it was cancelled before it came. */
export interface GrantPlace {
  readonly handle: string | undefined;
  readonly isCancelled: boolean;
}

/** What payments keeps of households, apart from the books and forgotten before them. */
@Injectable()
export class HouseholdStore {
  constructor(@Inject(RUNTIME) private readonly runtime: Runtime<'payments'>) {}

  async load(tx: Tx, handles: readonly string[]): Promise<Map<string, HouseholdRecord>> {
    const records = await this.runtime.records.begin(tx);
    const found = await records.findForUpdate(
      HOUSEHOLD,
      handles.map((handle) => Buffer.from(handle, 'base64url')),
    );
    return new Map(
      handles.map((handle, at) => {
        const body = found[at];
        return [
          handle,
          body === undefined ? { state: newHousehold, keys: undefined } : fromBody<HouseholdRecord>(body),
        ];
      }),
    );
  }

  async save(tx: Tx, households: ReadonlyMap<string, HouseholdRecord>): Promise<void> {
    const records = await this.runtime.records.begin(tx);
    await records.save(
      HOUSEHOLD,
      [...households].map(([handle, record]) => ({ value: Buffer.from(handle, 'base64url'), body: toBody(record) })),
    );
  }

  async grants(tx: Tx, grants: readonly string[]): Promise<Map<string, GrantPlace>> {
    const records = await this.runtime.records.begin(tx);
    const found = await records.findForUpdate<{ handle?: string; isCancelled: boolean }>(
      GRANT,
      grants.map((grant) => Buffer.from(grant, 'base64url')),
    );
    return new Map(
      grants.map((grant, at) => [grant, { handle: found[at]?.handle, isCancelled: found[at]?.isCancelled ?? false }]),
    );
  }

  async saveGrants(tx: Tx, grants: ReadonlyMap<string, GrantPlace>): Promise<void> {
    const records = await this.runtime.records.begin(tx);
    await records.save(
      GRANT,
      [...grants].map(([grant, { handle, isCancelled }]) => ({
        value: Buffer.from(grant, 'base64url'),
        body: { isCancelled, ...(handle === undefined ? {} : { handle }) },
      })),
    );
  }

  /** The link from the books to a household: sealed, and gone on its day. */
  async link(tx: Tx, links: readonly { readonly obligation: string; readonly handle: string }[]): Promise<void> {
    const records = await this.runtime.records.begin(tx);
    await records.put(
      OBLIGATION,
      links.map(({ obligation, handle }) => ({ value: Buffer.from(obligation, 'base64url'), body: { handle } })),
    );
  }

  async linked(tx: Tx, obligations: readonly string[]): Promise<Map<string, string>> {
    const records = await this.runtime.records.begin(tx);
    const found = await records.find<{ handle: string }>(
      OBLIGATION,
      obligations.map((obligation) => Buffer.from(obligation, 'base64url')),
    );
    return new Map(
      obligations.flatMap((obligation, at) => {
        const handle = found[at]?.handle;
        return handle === undefined ? [] : [[obligation, handle] as const];
      }),
    );
  }
}

export const householdKinds = [
  { kind: HOUSEHOLD, sizeBytes: 4_096, work: false },
  { kind: GRANT, sizeBytes: 192, work: false },
  { kind: OBLIGATION, sizeBytes: 192, work: false },
] as const;
