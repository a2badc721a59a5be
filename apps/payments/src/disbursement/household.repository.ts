import { Injectable } from '@nestjs/common';
import { DAY_MS, dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { isOutlived, Records, type KindSpec, type Lasting } from '#libs/records';
import { bytes } from '#libs/sealing';
import type { Clocks, isHouseholdOver, LastDays } from '../domain/clocks.js';
import type { EndedGrant, GrantIndex, HouseholdRecord } from '../domain/work.js';
import { bodyOfHousehold, householdOf } from './household-body.repository.js';

/** The kinds of records that payments stores of households. */
const HOUSEHOLD = 'household';
const GRANT = 'grant';
const OBLIGATION = 'obligation';
const WAKE = 'wake';
const UNSEEN = 'unseen';

const WAKE_LEASE_MS = 5 * 60_000;

interface Linked extends Lasting {
  readonly handle: string;
}

/** When the clocks of a household are due again, and until when that is kept, in days since 1970-01-01. */
interface NextWake {
  readonly nextDay: number;
  readonly until: number;
}

/** Records of households. They are separate from the ledger and are deleted before it. */
@Injectable()
export class HouseholdRepository {
  constructor(private readonly records: Records) {}

  /** Returns the households that have a record. */
  async load(tx: Tx, householdRefs: readonly string[]): Promise<ReadonlyMap<string, HouseholdRecord>> {
    const records = await this.records.begin(tx);
    const found = await records.findForUpdate(HOUSEHOLD, householdRefs.map(bytes));
    return new Map(
      householdRefs.flatMap((householdRef, at) => {
        const body = found[at];
        return body === undefined ? [] : [[householdRef, householdOf(body)] as const];
      }),
    );
  }

  async save(tx: Tx, households: ReadonlyMap<string, HouseholdRecord>): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      HOUSEHOLD,
      [...households].map(([householdRef, record]) => ({ value: bytes(householdRef), body: bodyOfHousehold(record) })),
    );
  }

  async grants(tx: Tx, grants: readonly string[]): Promise<ReadonlyMap<string, GrantIndex>> {
    const records = await this.records.begin(tx);
    const found = await records.findForUpdate<{ handle?: string; isCancelled: boolean }>(GRANT, grants.map(bytes));
    return new Map(
      grants.map((grant, at) => [
        grant,
        { householdRef: found[at]?.handle, isCancelled: found[at]?.isCancelled ?? false },
      ]),
    );
  }

  async saveGrants(
    tx: Tx,
    grants: ReadonlyMap<string, GrantIndex>,
    { mark, longest }: Pick<LastDays, 'mark' | 'longest'>,
  ): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      GRANT,
      [...grants].map(([grant, { householdRef, isCancelled }]) => ({
        value: bytes(grant),
        // A cancellation is final and needs no household. The mark stays until the grant itself can no longer arrive.
        body:
          isCancelled || householdRef === undefined
            ? { isCancelled, until: mark }
            : { handle: householdRef, isCancelled, until: longest },
      })),
    );
  }

  /** Links obligations to households, sealed and until a fixed day. The clocks are checked from `wakeDay` on. */
  async link(
    tx: Tx,
    links: readonly { readonly obligation: string; readonly householdRef: string }[],
    { until, wakeDay }: { readonly until: number; readonly wakeDay: number },
  ): Promise<void> {
    if (links.length === 0) return;
    const records = await this.records.begin(tx);
    await records.put(
      OBLIGATION,
      links.map(({ obligation, householdRef }) => ({
        value: bytes(obligation),
        body: { handle: householdRef, until } satisfies Linked,
      })),
    );
    const due = new Date(wakeDay * DAY_MS);
    await records.put(
      WAKE,
      links.map(({ householdRef }) => ({
        value: bytes(householdRef),
        body: { handle: householdRef, until } satisfies Linked,
        due,
      })),
    );
  }

  /** Wakes these households on one day, whether or not they have obligations. */
  async waitForPresence(
    tx: Tx,
    householdRefs: readonly string[],
    { until, wakeDay }: { readonly until: number; readonly wakeDay: number },
  ): Promise<void> {
    if (householdRefs.length === 0) return;
    const due = new Date(wakeDay * DAY_MS);
    const rows = householdRefs.map((householdRef) => ({
      value: bytes(householdRef),
      body: { handle: householdRef, until } satisfies Linked,
      due,
    }));
    await (await this.records.begin(tx)).put(UNSEEN, rows);
  }

  /** The households of these obligations. */
  async linked(tx: Tx, obligations: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const records = await this.records.begin(tx);
    const found = await records.find<{ handle: string }>(OBLIGATION, obligations.map(bytes));
    return new Map(
      obligations.flatMap((obligation, at) => {
        const householdRef = found[at]?.handle;
        return householdRef === undefined ? [] : [[obligation, householdRef] as const];
      }),
    );
  }

  /** Ends grants for good. A paid grant keeps its link while it can be disputed; other links are deleted at once. */
  async end(tx: Tx, ends: readonly EndedGrant[], { mark, disputed }: LastDays): Promise<void> {
    if (ends.length === 0) return;
    const records = await this.records.begin(tx);
    const grants = ends.map(({ grant }) => bytes(grant));
    await records.findForUpdate(GRANT, grants);
    await records.save(
      GRANT,
      grants.map((value) => ({ value, body: { isCancelled: true, until: mark } })),
    );
    const paid = ends.filter(({ isPaid, isWithdrawn }) => isPaid && !isWithdrawn);
    await records.remove(
      OBLIGATION,
      ends.filter((end) => !paid.includes(end)).map(({ obligation }) => bytes(obligation)),
    );
    await records.remove(
      WAKE,
      ends.filter(({ isWithdrawn }) => isWithdrawn).map(({ householdRef }) => bytes(householdRef)),
    );
    await records.findForUpdate(
      OBLIGATION,
      paid.map(({ obligation }) => bytes(obligation)),
    );
    await records.save(
      OBLIGATION,
      paid.map(({ obligation, householdRef }) => ({
        value: bytes(obligation),
        body: { handle: householdRef, until: disputed } satisfies Linked,
      })),
    );
  }

  /** Leases households whose clocks are due. The caller sets when they are due again. */
  async claimWakes(tx: Tx, { now, limit }: { readonly now: Date; readonly limit: number }): Promise<readonly string[]> {
    const records = await this.records.begin(tx);
    const due = await records.claimDue<Linked>(WAKE, { now, limit, leaseMs: WAKE_LEASE_MS });
    const unseen = await records.claimDue<Linked>(UNSEEN, { now, limit, leaseMs: WAKE_LEASE_MS });
    return [...new Set([...due, ...unseen].map(({ body }) => body.handle))];
  }

  /** Ends the wait for presence of households whose clocks are checked now. It comes before a new wait begins. */
  async endUnseen(tx: Tx, householdRefs: readonly string[]): Promise<void> {
    await (await this.records.begin(tx)).finish(UNSEEN, householdRefs.map(bytes));
  }

  /** Ends the clocks of resting households and sets the others due on the next day. */
  async sleep(
    tx: Tx,
    what: NextWake & { readonly resting: readonly string[]; readonly waking: readonly string[] },
  ): Promise<void> {
    const { resting, waking } = what;
    const records = await this.records.begin(tx);
    await records.finish(WAKE, resting.map(bytes));
    await records.postpone(WAKE, waking.map(wakeRow(what)));
  }

  /** Sets every clock of a household due on the next day, without a look at the household. */
  async wakeLater(tx: Tx, householdRef: string, next: NextWake): Promise<void> {
    const records = await this.records.begin(tx);
    for (const kind of [WAKE, UNSEEN]) await records.postpone(kind, [wakeRow(next)(householdRef)]);
  }
}

function wakeRow({ nextDay, until }: NextWake) {
  const due = new Date(nextDay * DAY_MS);
  return (householdRef: string) => ({
    value: bytes(householdRef),
    body: { handle: householdRef, until } satisfies Linked,
    due,
  });
}

/**
 * The kinds of household records and how long each is kept.
 *
 * @param isOver whether no part of a household record is needed any more
 */
export function householdKinds(clocks: Clocks, isOver: typeof isHouseholdOver): readonly KindSpec[] {
  // The first look at a household comes after the wait; each further one on the next day.
  const dueWithinDays = clocks.waitDays + 2;
  return [
    {
      kind: HOUSEHOLD,
      sizeBytes: 4_096,
      work: false,
      isOver: (body, today) => isOver(householdOf(body), clocks, dayNumber(today)),
    },
    { kind: GRANT, sizeBytes: 192, work: false, isOver: isOutlived },
    { kind: OBLIGATION, sizeBytes: 192, work: false, isOver: isOutlived },
    { kind: WAKE, sizeBytes: 192, work: true, dueWithinDays, isOver: isOutlived },
    { kind: UNSEEN, sizeBytes: 192, work: true, dueWithinDays, isOver: isOutlived },
  ];
}
