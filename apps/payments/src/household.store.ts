import { Injectable } from '@nestjs/common';
import { DAY_MS, dayNumber, dayOf, startOfDay } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { caseClocksOf, type CaseClocks, type Profile } from '#libs/policy';
import { bytes } from '#libs/sealing';
import { fromBody, isOutlived, Records, toBody, type KindSpec, type Lasting } from '#libs/records';
import { CityProfile, Clock } from '#libs/service';
import { forgotten, isAtRest, isTombstone, keptUntil } from './domain/clocks.js';
import { newHousehold, type HouseholdState } from './domain/household.js';

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
export const WAKE = 'wake';

interface Linked extends Lasting {
  readonly handle: string;
}

/** Where a grant belongs, or that it was cancelled before it came. */
export interface GrantPlace {
  readonly handle: string | undefined;
  readonly isCancelled: boolean;
}

/** What payments keeps of households, apart from the books and forgotten before them. */
@Injectable()
export class HouseholdStore {
  readonly clocks: CaseClocks;

  constructor(
    private readonly records: Records,
    private readonly clock: Clock,
    { clocks }: CityProfile,
  ) {
    this.clocks = clocks;
  }

  get today(): number {
    return dayNumber(dayOf(this.clock.now()));
  }

  async load(tx: Tx, handles: readonly string[]): Promise<Map<string, HouseholdRecord>> {
    const records = await this.records.begin(tx);
    const found = await records.findForUpdate(
      HOUSEHOLD,
      handles.map((handle) => bytes(handle)),
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
    const records = await this.records.begin(tx);
    await records.save(
      HOUSEHOLD,
      [...households].map(([handle, record]) => ({ value: bytes(handle), body: toBody(kept(record)) })),
    );
  }

  async grants(tx: Tx, grants: readonly string[]): Promise<Map<string, GrantPlace>> {
    const records = await this.records.begin(tx);
    const found = await records.findForUpdate<{ handle?: string; isCancelled: boolean }>(
      GRANT,
      grants.map((grant) => bytes(grant)),
    );
    return new Map(
      grants.map((grant, at) => [grant, { handle: found[at]?.handle, isCancelled: found[at]?.isCancelled ?? false }]),
    );
  }

  async saveGrants(tx: Tx, grants: ReadonlyMap<string, GrantPlace>): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      GRANT,
      [...grants].map(([grant, { handle, isCancelled }]) => ({
        value: bytes(grant),
        // Cancelling is final and needs no household any more; the mark stays until the grant itself can come no more.
        body:
          isCancelled || handle === undefined ? this.mark(isCancelled) : { handle, isCancelled, until: this.longest },
      })),
    );
  }

  /** The link from the books to a household: sealed, and gone on its day. */
  async link(tx: Tx, links: readonly { readonly obligation: string; readonly handle: string }[]): Promise<void> {
    if (links.length === 0) return;
    const records = await this.records.begin(tx);
    const until = this.longest;
    await records.put(
      OBLIGATION,
      links.map(({ obligation, handle }) => ({ value: bytes(obligation), body: { handle, until } satisfies Linked })),
    );
    const due = new Date(startOfDay(dayOf(this.clock.now())) + this.clocks.waitDays * DAY_MS);
    await records.put(
      WAKE,
      links.map(({ handle }) => ({ value: bytes(handle), body: { handle, until } satisfies Linked, due })),
    );
  }

  /** What has ended for good: what was paid keeps its link while it can be disputed, the rest goes at once. */
  async end(tx: Tx, ends: readonly EndedGrant[]): Promise<void> {
    if (ends.length === 0) return;
    const records = await this.records.begin(tx);
    const grants = ends.map(({ grant }) => bytes(grant));
    await records.findForUpdate(GRANT, grants);
    await records.save(
      GRANT,
      grants.map((value) => ({ value, body: this.mark(true) })),
    );
    const paid = ends.filter(({ isPaid, isWithdrawn }) => isPaid && !isWithdrawn);
    await records.remove(
      OBLIGATION,
      ends.filter((end) => !paid.includes(end)).map(({ obligation }) => bytes(obligation)),
    );
    await records.remove(
      WAKE,
      ends.filter(({ isWithdrawn }) => isWithdrawn).map(({ handle }) => bytes(handle)),
    );
    await records.findForUpdate(
      OBLIGATION,
      paid.map(({ obligation }) => bytes(obligation)),
    );
    const until = this.today + this.clocks.disputeDays;
    await records.save(
      OBLIGATION,
      paid.map(({ obligation, handle }) => ({ value: bytes(obligation), body: { handle, until } satisfies Linked })),
    );
  }

  /** Households whose clocks are to be looked at; whoever takes them says when to look again. */
  async takeWakes(tx: Tx, limit: number): Promise<readonly string[]> {
    const records = await this.records.begin(tx);
    const due = { now: this.clock.now(), limit, leaseMs: WAKE_LEASE_MS };
    return (await records.takeDue<Linked>(WAKE, due)).map(({ body }) => body.handle);
  }

  /** Looks again on the next day, until nothing more can happen. */
  async sleep(tx: Tx, handles: readonly string[]): Promise<void> {
    const households = await this.load(tx, handles);
    const records = await this.records.begin(tx);
    const due = new Date(startOfDay(dayOf(this.clock.now())) + DAY_MS);
    const [resting, others] = [true, false].map((wanted) =>
      [...households].filter(([, { state }]) => isAtRest(state) === wanted).map(([handle]) => handle),
    );
    await records.finish(WAKE, (resting ?? []).map(bytes));
    await records.postpone(
      WAKE,
      (others ?? []).map((handle) => ({
        value: bytes(handle),
        body: { handle, until: this.longest } satisfies Linked,
        due,
      })),
    );
  }

  /** Nothing that is linked to a household outlives the longest clock. */
  private get longest(): number {
    const { longestDays, reopenDays, disputeDays } = this.clocks;
    return this.today + longestDays + reopenDays + disputeDays;
  }

  private mark(isCancelled: boolean): Lasting & { readonly isCancelled: boolean } {
    return { isCancelled, until: this.today + this.clocks.nothingOlderDays };
  }

  async linked(tx: Tx, obligations: readonly string[]): Promise<Map<string, string>> {
    const records = await this.records.begin(tx);
    const found = await records.find<{ handle: string }>(
      OBLIGATION,
      obligations.map((obligation) => bytes(obligation)),
    );
    return new Map(
      obligations.flatMap((obligation, at) => {
        const handle = found[at]?.handle;
        return handle === undefined ? [] : [[obligation, handle] as const];
      }),
    );
  }
}

export interface EndedGrant {
  readonly grant: string;
  readonly obligation: string;
  readonly handle: string;
  readonly isPaid: boolean;
  readonly isWithdrawn: boolean;
}

const WAKE_LEASE_MS = 5 * 60_000;

/** Of a household that has withdrawn only what answers it once more is kept. */
function kept({ state, keys }: HouseholdRecord): HouseholdRecord {
  if (!isTombstone(state)) return { state, keys };
  const rest = keys && { receiptKey: keys.receiptKey, linkToken: '', pickup: '', payee: undefined };
  return { state: forgotten(state), keys: rest };
}

export function householdKinds(profile: Profile): readonly KindSpec[] {
  const clocks = caseClocksOf(profile);
  return [
    {
      kind: HOUSEHOLD,
      sizeBytes: 4_096,
      work: false,
      isOver: (body, today) => keptUntil(fromBody<HouseholdRecord>(body).state, clocks) < dayNumber(today),
    },
    { kind: GRANT, sizeBytes: 192, work: false, isOver: isOutlived },
    { kind: OBLIGATION, sizeBytes: 192, work: false, isOver: isOutlived },
    { kind: WAKE, sizeBytes: 192, work: true, isOver: isOutlived },
  ];
}
