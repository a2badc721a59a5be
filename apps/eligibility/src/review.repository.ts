import { Injectable } from '@nestjs/common';
import { DAY_MS, dayNumber, dayOf, startOfHour } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { isOutlived, Records, type KindSpec, type Row } from '#libs/records';
import { bytes, toBase64url } from '#libs/sealing';
import { CityProfile, Clock } from '#libs/service';

const REVIEW = 'review';
const OPEN_REVIEW = 'open-review';
/** Nobody else gets an open case for this long. */
const LEASE_MS = 30 * 60_000;
const CLAIMED_AT_ONCE = 20;

/** A case that waits for a person, under an id that nothing else uses. */
export interface Waiting {
  readonly review: Uint8Array;
  readonly householdRef: Uint8Array;
}

/** A waiting case as its record holds it. The record calls the household reference `handle`. */
interface StoredReview {
  readonly handle: string;
  readonly until: number;
  /** The reviewer who opened it last. */
  readonly by?: string;
}

/** Which case a reviewer opened last; empty: none. */
interface StoredOpenReview {
  readonly review: string;
  readonly until: number;
}

/** A reviewer, with the value under which their open case is kept. */
export interface Reviewer {
  readonly name: string;
  readonly openCase: Uint8Array;
}

/** The cases that wait for a person. The next one is drawn and leased to one reviewer, so that nobody sees a list. */
@Injectable()
export class ReviewRepository {
  constructor(
    private readonly records: Records,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  async add(tx: Tx, waiting: readonly Waiting[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.put(
      REVIEW,
      waiting.map((each) => this.row(each)),
    );
  }

  async remove(tx: Tx, waiting: readonly Waiting[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.remove(
      REVIEW,
      waiting.map(({ review }) => review),
    );
  }

  /** Claims some waiting cases for one reviewer. The caller gives back those that are not looked at. */
  async claimDue(tx: Tx): Promise<readonly Waiting[]> {
    const records = await this.records.begin(tx);
    const due = { now: this.clock.now(), limit: CLAIMED_AT_ONCE, leaseMs: LEASE_MS };
    const rows = await records.claimDue<StoredReview>(REVIEW, due);
    return rows.map(({ value, body }) => ({ review: value, householdRef: bytes(body.handle) }));
  }

  /**
   * The case that this reviewer has open: nobody else has opened it since, and it still waits. Another transaction of
   * the same reviewer waits until this one ends, also if there is no open case yet.
   */
  async openOf(tx: Tx, { name, openCase }: Reviewer): Promise<Waiting | undefined> {
    const records = await this.records.begin(tx);
    await records.put(OPEN_REVIEW, [{ value: openCase, body: this.openReview('') }]);
    const [open] = await records.findForUpdate<StoredOpenReview>(OPEN_REVIEW, [openCase]);
    if (open === undefined || open.review === '') return undefined;
    const review = bytes(open.review);
    const [stored] = await records.findForUpdate<StoredReview>(REVIEW, [review]);
    return stored?.by === name ? { review, householdRef: bytes(stored.handle) } : undefined;
  }

  /** Notes that this reviewer has opened a case, after `openOf`. Nobody else gets the case for a while. */
  async open(tx: Tx, { name, openCase }: Reviewer, waiting: Waiting): Promise<void> {
    const records = await this.records.begin(tx);
    await records.findForUpdate(REVIEW, [waiting.review]);
    const row = this.row(waiting);
    await records.save(REVIEW, [{ ...row, body: { ...row.body, by: name } satisfies StoredReview }]);
    await records.lease(REVIEW, [waiting.review], { now: this.clock.now(), leaseMs: LEASE_MS });
    await records.save(OPEN_REVIEW, [{ value: openCase, body: this.openReview(toBase64url(waiting.review)) }]);
  }

  async close(tx: Tx, { openCase }: Reviewer): Promise<void> {
    const records = await this.records.begin(tx);
    await records.remove(OPEN_REVIEW, [openCase]);
  }

  async giveBack(tx: Tx, waiting: readonly Waiting[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.postpone(
      REVIEW,
      waiting.map((each) => this.row(each)),
    );
  }

  /** Puts cases off until tomorrow that nobody can look at, so that they take no place of others. */
  async putOff(tx: Tx, waiting: readonly Waiting[]): Promise<void> {
    const records = await this.records.begin(tx);
    const due = new Date(startOfHour(this.clock.now()).getTime() + DAY_MS);
    await records.postpone(
      REVIEW,
      waiting.map((each) => ({ ...this.row(each), due })),
    );
  }

  /** The number of waiting cases. */
  async count(tx: Tx): Promise<number> {
    return (await this.records.begin(tx)).count(REVIEW);
  }

  async find(tx: Tx, review: Uint8Array): Promise<Waiting | undefined> {
    const records = await this.records.begin(tx);
    const [found] = await records.find<StoredReview>(REVIEW, [review]);
    return found === undefined ? undefined : { review, householdRef: bytes(found.handle) };
  }

  private openReview(review: string): StoredOpenReview {
    return { review, until: dayNumber(dayOf(this.clock.now())) + 1 };
  }

  private row({ review, householdRef }: Waiting): Row & { readonly due: Date; readonly body: StoredReview } {
    const now = this.clock.now();
    const until = dayNumber(dayOf(now)) + this.city.clocks.longestDays;
    // The hour that has begun, so that the case is due now.
    return {
      value: review,
      body: { handle: toBase64url(householdRef), until } satisfies StoredReview,
      due: startOfHour(now),
    };
  }
}

/** An entry of the queue ends with its case. */
export const reviewKind: KindSpec = { kind: REVIEW, sizeBytes: 192, work: true, dueWithinDays: 2, isOver: isOutlived };

/** Which case a reviewer has open is forgotten on the day after. */
export const openReviewKind: KindSpec = { kind: OPEN_REVIEW, sizeBytes: 160, work: false, isOver: isOutlived };
