import { Injectable } from '@nestjs/common';
import { dayNumber, dayOf, startOfHour } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { isOutlived, Records, type KindSpec, type Row } from '#libs/records';
import { bytes, toBase64url } from '#libs/sealing';
import { CityProfile, Clock } from '#libs/service';

const REVIEW = 'review';
/** So long one reviewer has a case for himself. */
const LEASE_MS = 30 * 60_000;
const TAKEN_AT_ONCE = 20;

/** A case that waits for a person, under a number that says nothing elsewhere. */
export interface Waiting {
  readonly review: Uint8Array;
  readonly handle: Uint8Array;
}

/** Which cases wait for a person. Never a list of people: what comes next is drawn, and leased to one reviewer. */
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

  /** Takes some that wait, for this reviewer alone; those that are not looked at are to be given back. */
  async take(tx: Tx): Promise<readonly Waiting[]> {
    const records = await this.records.begin(tx);
    const due = { now: this.clock.now(), limit: TAKEN_AT_ONCE, leaseMs: LEASE_MS };
    const rows = await records.claimDue<{ handle: string }>(REVIEW, due);
    return rows.map(({ value, body }) => ({ review: value, handle: bytes(body.handle) }));
  }

  async giveBack(tx: Tx, waiting: readonly Waiting[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.postpone(
      REVIEW,
      waiting.map((each) => this.row(each)),
    );
  }

  /** How many wait. */
  async count(tx: Tx): Promise<number> {
    return (await this.records.begin(tx)).count(REVIEW);
  }

  async find(tx: Tx, review: Uint8Array): Promise<Waiting | undefined> {
    const records = await this.records.begin(tx);
    const [found] = await records.find<{ handle: string }>(REVIEW, [review]);
    return found === undefined ? undefined : { review, handle: bytes(found.handle) };
  }

  private row({ review, handle }: Waiting): Row & { readonly due: Date } {
    const now = this.clock.now();
    const until = dayNumber(dayOf(now)) + this.city.clocks.longestDays;
    // The hour that has begun: it can be looked at now.
    return { value: review, body: { handle: toBase64url(handle), until }, due: startOfHour(now) };
  }
}

/** It waits as long as its case does. */
export const reviewKind: KindSpec = { kind: REVIEW, sizeBytes: 192, work: true, isOver: isOutlived };
