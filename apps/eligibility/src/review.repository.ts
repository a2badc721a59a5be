import { Injectable } from '@nestjs/common';
import { dayNumber, dayOf, startOfHour } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { isOutlived, Records, type KindSpec, type Row } from '#libs/records';
import { bytes, toBase64url } from '#libs/sealing';
import { CityProfile, Clock } from '#libs/service';

const REVIEW = 'review';
/** A reviewer has a case alone for this long. */
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

  async giveBack(tx: Tx, waiting: readonly Waiting[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.postpone(
      REVIEW,
      waiting.map((each) => this.row(each)),
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

  private row({ review, householdRef }: Waiting): Row & { readonly due: Date } {
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
export const reviewKind: KindSpec = { kind: REVIEW, sizeBytes: 192, work: true, isOver: isOutlived };
