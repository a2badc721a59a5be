import { Injectable } from '@nestjs/common';
import { dayNumber, dayOf, startOfHour } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { isOutlived, Records, type KindSpec } from '#libs/records';
import { CityProfile, Clock } from '#libs/service';
import { Pseudonyms } from './pseudonyms.js';

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
export class ReviewStore {
  constructor(
    private readonly records: Records,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly city: CityProfile,
  ) {}

  /** Keeps the queue as the cases are. */
  async note(tx: Tx, cases: readonly { readonly handle: Uint8Array; readonly isWaiting: boolean }[]): Promise<void> {
    const records = await this.records.begin(tx);
    const [waiting, others] = [true, false].map((wanted) => cases.filter(({ isWaiting }) => isWaiting === wanted));
    await records.put(
      REVIEW,
      (waiting ?? []).map(({ handle }) => this.row({ review: this.reviewOf(handle), handle })),
    );
    await records.remove(
      REVIEW,
      (others ?? []).map(({ handle }) => this.reviewOf(handle)),
    );
  }

  /** Takes some that wait, for this reviewer alone; those that are not looked at are to be given back. */
  async take(tx: Tx): Promise<readonly Waiting[]> {
    const records = await this.records.begin(tx);
    const now = this.clock.now();
    const rows = await records.takeDue<{ handle: string }>(REVIEW, { now, limit: TAKEN_AT_ONCE, leaseMs: LEASE_MS });
    return rows.map(({ value, body }) => ({ review: value, handle: Buffer.from(body.handle, 'base64url') }));
  }

  async giveBack(tx: Tx, waiting: readonly Waiting[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.postpone(
      REVIEW,
      waiting.map((each) => this.row(each)),
    );
  }

  async find(tx: Tx, review: Uint8Array): Promise<Waiting | undefined> {
    const records = await this.records.begin(tx);
    const [found] = await records.find<{ handle: string }>(REVIEW, [review]);
    return found === undefined ? undefined : { review, handle: Buffer.from(found.handle, 'base64url') };
  }

  /** The same case is found under the same number after every change; the handle itself is shown to nobody. */
  private reviewOf(handle: Uint8Array): Uint8Array {
    return this.pseudonyms.reviewOf(handle);
  }

  private row({ review, handle }: Waiting): { value: Uint8Array; body: object; due: Date } {
    // The hour that has begun: it can be looked at now.
    const due = startOfHour(this.clock.now());
    const until = dayNumber(dayOf(this.clock.now())) + this.city.clocks.longestDays;
    return { value: review, body: { handle: Buffer.from(handle).toString('base64url'), until }, due };
  }
}

/** It waits as long as its case does. */
export const reviewKind: KindSpec = { kind: REVIEW, sizeBytes: 192, work: true, isOver: isOutlived };
