import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#libs/bus';
import { dayNumber, dayNumbered, dayOf } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { hex } from '#libs/sealing';
import { CityProfile, Clock } from '#libs/service';
import { CaseRepository, type GrantOfCase } from './case.repository.js';
import {
  enter,
  forget,
  grantDay,
  isWaiting,
  openGrants,
  type ApplicationPart,
  type CaseEntry,
  type CaseFile,
  type HouseholdTokens,
} from './domain/case-file.js';
import type { CaseCommand, CaseEvent, CaseState } from './domain/case.js';
import type { GrantKind } from './domain/decide.js';
import type { Policy } from './domain/policy.js';
import { DuplicatesService } from './duplicates.service.js';
import { messagesFor, type CaseNews, type OutgoingSetting } from './outgoing.js';
import { policyOf, samplePercentOf } from './policy.adapter.js';
import { PresenceService } from './presence.service.js';
import { Pseudonyms } from './pseudonyms.js';
import { ReviewRepository } from './review.repository.js';

/** An opened application. `previousTokens` were cut under the salt of the previous cycle. */
export type Application = ApplicationPart & {
  readonly facts: Extract<CaseCommand, { type: 'submit' }>['facts'];
  readonly day: string;
  readonly previousTokens: HouseholdTokens;
  /** A device of the city signed it. No rule reads this. */
  readonly isAttended: boolean;
};

/** An application with a code that the city does not know: only how to answer. */
export type UnknownApplication = Pick<Application, 'keys' | 'day' | 'isAttended'>;

export type CaseInput =
  | { readonly householdRef: Uint8Array; readonly application: Application }
  | { readonly householdRef: Uint8Array; readonly unknown: UnknownApplication }
  | {
      readonly householdRef: Uint8Array;
      readonly command: Exclude<CaseCommand, { type: 'submit' | 'submit-unknown' }>;
      /** The day of the message, days since 1970-01-01. */
      readonly day: number;
    };

/** Applies messages about households to their cases, and publishes the changes. */
@Injectable()
export class CaseService {
  readonly policy: Policy;
  private readonly samplePercent: number;

  constructor(
    private readonly cases: CaseRepository,
    private readonly duplicates: DuplicatesService,
    private readonly presence: PresenceService,
    private readonly reviews: ReviewRepository,
    private readonly pseudonyms: Pseudonyms,
    private readonly city: CityProfile,
    private readonly clock: Clock,
  ) {
    this.policy = policyOf(city.profile);
    this.samplePercent = samplePercentOf(city.profile);
  }

  /** Applies a batch, in its order. */
  async apply(inputs: readonly CaseInput[], { tx, publish }: UnitOfWork<'eligibility'>): Promise<void> {
    const seen = await this.seenAmong(tx, inputs);
    const before = await this.cases.lock(
      tx,
      inputs.map(({ householdRef }) => householdRef),
    );
    const entries = await this.entriesOf(tx, inputs, seen);
    const after = new Map(before);
    const setting = this.setting();
    const nowMs = this.clock.now().getTime();
    for (const [at, { householdRef }] of inputs.entries()) {
      const entered = enter(after.get(hex(householdRef)), entries[at] as CaseEntry, this.policy, nowMs);
      if (entered === undefined) continue;
      const { file, events } = entered;
      after.set(hex(householdRef), file);
      const news = this.newsOf(householdRef, file, events);
      if (news !== undefined) publish(...messagesFor(news, setting));
    }
    const householdRefs = inputs
      .map(({ householdRef }) => householdRef)
      .filter((householdRef) => after.has(hex(householdRef)));
    await this.forget(tx, householdRefs, after);
    await this.save(tx, householdRefs, after);
    await this.removeEndedGrants(tx, inputs, after);
    await this.queue(tx, householdRefs, { before, after });
  }

  /** The cases to which these grants belong. */
  ofGrants(tx: Tx, grants: readonly Uint8Array[]): Promise<readonly (GrantOfCase | undefined)[]> {
    return this.cases.ofGrants(tx, grants);
  }

  /** For each household whether it has a case that opens. */
  areReadable(tx: Tx, householdRefs: readonly Uint8Array[]): Promise<readonly boolean[]> {
    return this.cases.areReadable(tx, householdRefs);
  }

  /** The present states, for a reviewer. The cases stay locked until the transaction ends. */
  async states(tx: Tx, householdRefs: readonly Uint8Array[]): Promise<readonly (CaseState | undefined)[]> {
    const files = await this.cases.lock(tx, householdRefs);
    return householdRefs.map((householdRef) => files.get(hex(householdRef))?.state);
  }

  /** Compares applications with earlier ones. A later request of a household needs no comparison. */
  private async entriesOf(
    tx: Tx,
    inputs: readonly CaseInput[],
    seen: ReadonlySet<CaseInput>,
  ): Promise<readonly CaseEntry[]> {
    const applications = inputs.filter((input) => 'application' in input);
    const shared = await this.duplicates.match(
      tx,
      applications.map(({ householdRef, application: { day, tokens, previousTokens } }) => {
        return { self: this.pseudonyms.tokenHolderOf(householdRef), day, tokens, previousTokens };
      }),
    );
    const sharedOf = new Map(applications.map((input, at) => [input, shared[at]]));
    return inputs.map((input): CaseEntry => {
      const isSeen = seen.has(input);
      if ('unknown' in input) return unknownEntry(input.unknown, isSeen);
      if (!('application' in input)) return input;
      const { facts, day: text, ...application } = input.application;
      const day = dayNumber(text);
      const { tokensShared = 0, contactShared = 0 } = sharedOf.get(input) ?? {};
      const isSampled = this.pseudonyms.drawOf(input.householdRef) * 100 < this.samplePercent;
      const around = { tokensShared, contactShared, isSampled };
      return { command: { type: 'submit', day, facts, around, isSeen }, day, application };
    });
  }

  /** Locks the presences before the cases, as a message about a presence does. */
  private async seenAmong(tx: Tx, inputs: readonly CaseInput[]): Promise<ReadonlySet<CaseInput>> {
    const arrived = inputs.flatMap((input) => {
      if ('command' in input) return [];
      const { keys, isAttended, day } = 'application' in input ? input.application : input.unknown;
      const { householdRef } = input;
      return [{ input, householdRef, paymentsRef: keys.paymentsHandle, isAttended, day: dayNumber(day) }];
    });
    const seen = await this.presence.arrive(tx, arrived);
    return new Set(arrived.flatMap(({ input }, at) => (seen[at] ? [input] : [])));
  }

  private async forget(tx: Tx, householdRefs: readonly Uint8Array[], files: Map<string, CaseFile>): Promise<void> {
    for (const householdRef of householdRefs) {
      const file = files.get(hex(householdRef));
      const forgotten = file && forget(file);
      if (forgotten === undefined) continue;
      files.set(hex(householdRef), forgotten.file);
      await this.duplicates.forget(tx, {
        self: this.pseudonyms.tokenHolderOf(householdRef),
        day: dayNumbered(forgotten.day),
        tokens: file?.tokens ?? {},
      });
    }
  }

  private async save(
    tx: Tx,
    householdRefs: readonly Uint8Array[],
    files: ReadonlyMap<string, CaseFile>,
  ): Promise<void> {
    const { longestDays, reopenDays, disputeDays } = this.city.clocks;
    const until = dayNumber(dayOf(this.clock.now())) + longestDays + reopenDays + disputeDays;
    const rows = householdRefs.map((householdRef) => ({
      householdRef,
      file: files.get(hex(householdRef)) as CaseFile,
    }));
    const grants = rows.flatMap(({ householdRef, file: { state } }) =>
      openGrants(state).map((kind) => ({
        householdRef,
        kind,
        id: this.grantId(householdRef, state, kind),
      })),
    );
    await this.cases.addGrants(tx, grants, until);
    await this.cases.save(tx, rows);
  }

  /** Payments reports the end of each grant once. After that no grant has to be traced to its case. */
  private async removeEndedGrants(
    tx: Tx,
    inputs: readonly CaseInput[],
    files: ReadonlyMap<string, CaseFile>,
  ): Promise<void> {
    const ended = inputs.flatMap((input) => {
      if (!('command' in input) || input.command.type !== 'grant-ended') return [];
      const state = files.get(hex(input.householdRef))?.state;
      const isNamed = state !== undefined && grantDay(state) !== undefined;
      return isNamed ? [this.grantId(input.householdRef, state, input.command.kind)] : [];
    });
    await this.cases.removeGrants(tx, ended);
  }

  /** Brings the queue of reviewers in line with the cases. */
  private async queue(
    tx: Tx,
    householdRefs: readonly Uint8Array[],
    {
      before,
      after,
    }: { readonly before: ReadonlyMap<string, CaseFile>; readonly after: ReadonlyMap<string, CaseFile> },
  ): Promise<void> {
    const changed = householdRefs.filter(
      (householdRef) => isWaiting(before.get(hex(householdRef))) !== isWaiting(after.get(hex(householdRef))),
    );
    if (changed.length === 0) return;
    const cases = changed.map((householdRef) => ({
      review: this.pseudonyms.reviewOf(householdRef),
      householdRef,
    }));
    const isNow = ({ householdRef }: { readonly householdRef: Uint8Array }): boolean =>
      isWaiting(after.get(hex(householdRef)));
    await this.reviews.add(tx, cases.filter(isNow));
    await this.reviews.remove(
      tx,
      cases.filter((each) => !isNow(each)),
    );
  }

  /** Undefined while eligibility has no receipt key of the household. */
  private newsOf(
    householdRef: Uint8Array,
    { state, keys, areaName }: CaseFile,
    events: readonly CaseEvent[],
  ): CaseNews | undefined {
    if (keys === undefined) return undefined;
    const { submitted, requests } = state;
    return {
      keys,
      needs: submitted?.facts.needs ?? [],
      areaName,
      evidenceClass: requests.evidence?.evidenceClass ?? submitted?.facts.evidenceClass ?? '',
      events,
      grantIdOf: (kind) => this.grantId(householdRef, state, kind),
      caseRef: this.pseudonyms.caseAtPayments(householdRef),
      auditNameOf: (reviewer) => this.pseudonyms.auditNameOf(reviewer, this.clock.now().toISOString().slice(0, 7)),
    };
  }

  private grantId(householdRef: Uint8Array, state: CaseState, kind: GrantKind): Uint8Array {
    return this.pseudonyms.grantOf(householdRef, grantDay(state) ?? 0, kind);
  }

  private setting(): OutgoingSetting {
    const { appealDays, reopenDays, waitDays, askDays } = this.city.clocks;
    return {
      today: dayOf(this.clock.now()),
      profileHash: this.city.hash,
      // A box lives as long as the case can still be reopened.
      boxDays: appealDays + waitDays + reopenDays,
      askDays,
    };
  }
}

function unknownEntry({ keys, day }: UnknownApplication, isSeen: boolean): CaseEntry {
  const application = { keys, areaName: '', tokens: {} };
  return { command: { type: 'submit-unknown', isSeen }, day: dayNumber(day), application };
}
