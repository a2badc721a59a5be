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
import { Pseudonyms } from './pseudonyms.js';
import { ReviewRepository } from './review.repository.js';

/** An application as it was opened; `previousTokens` were cut under the salt of the cycle before. */
export type Application = ApplicationPart & {
  readonly facts: Extract<CaseCommand, { type: 'submit' }>['facts'];
  readonly day: string;
  readonly previousTokens: HouseholdTokens;
};

export type CaseInput =
  | { readonly handle: Uint8Array; readonly application: Application }
  | {
      readonly handle: Uint8Array;
      readonly command: Exclude<CaseCommand, { type: 'submit' }>;
      /** On which it was said, days since 1970-01-01. */
      readonly day: number;
    };

/** Takes what is said about households into their cases, and says what follows. */
@Injectable()
export class CaseService {
  readonly policy: Policy;
  private readonly samplePercent: number;

  constructor(
    private readonly cases: CaseRepository,
    private readonly duplicates: DuplicatesService,
    private readonly reviews: ReviewRepository,
    private readonly pseudonyms: Pseudonyms,
    private readonly city: CityProfile,
    private readonly clock: Clock,
  ) {
    this.policy = policyOf(city.profile);
    this.samplePercent = samplePercentOf(city.profile);
  }

  /** Takes a batch in, in order. */
  async take(inputs: readonly CaseInput[], { tx, publish }: UnitOfWork<'eligibility'>): Promise<void> {
    const before = await this.cases.lock(
      tx,
      inputs.map(({ handle }) => handle),
    );
    const entries = await this.entriesOf(tx, inputs);
    const after = new Map(before);
    const setting = this.setting();
    const nowMs = this.clock.now().getTime();
    for (const [at, { handle }] of inputs.entries()) {
      const entered = enter(after.get(hex(handle)), entries[at] as CaseEntry, this.policy, nowMs);
      if (entered === undefined) continue;
      const { file, events } = entered;
      after.set(hex(handle), file);
      const news = this.newsOf(handle, file, events);
      if (news !== undefined) publish(...messagesFor(news, setting));
    }
    const handles = inputs.map(({ handle }) => handle).filter((handle) => after.has(hex(handle)));
    await this.forget(tx, handles, after);
    await this.save(tx, handles, after);
    await this.removeEndedGrants(tx, inputs, after);
    await this.queue(tx, handles, { before, after });
  }

  /** Which cases these grants belong to. */
  ofGrants(tx: Tx, grants: readonly Uint8Array[]): Promise<readonly (GrantOfCase | undefined)[]> {
    return this.cases.ofGrants(tx, grants);
  }

  /** The cases as they are, for who looks at them; nobody else changes them until the transaction ends. */
  async states(tx: Tx, handles: readonly Uint8Array[]): Promise<readonly (CaseState | undefined)[]> {
    const files = await this.cases.lock(tx, handles);
    return handles.map((handle) => files.get(hex(handle))?.state);
  }

  /** Applications are compared with those before them; later wishes of a household need nothing from others. */
  private async entriesOf(tx: Tx, inputs: readonly CaseInput[]): Promise<readonly CaseEntry[]> {
    const applications = inputs.filter((input) => 'application' in input);
    const shared = await this.duplicates.match(
      tx,
      applications.map(({ handle, application: { day, tokens, previousTokens } }) => {
        return { self: this.pseudonyms.tokenHolderOf(handle), day, tokens, previousTokens };
      }),
    );
    const sharedOf = new Map(applications.map((input, at) => [input, shared[at]]));
    return inputs.map((input): CaseEntry => {
      if (!('application' in input)) return input;
      const { facts, day: text, ...application } = input.application;
      const day = dayNumber(text);
      const { tokensShared = 0, contactShared = 0 } = sharedOf.get(input) ?? {};
      const isSampled = this.pseudonyms.drawOf(input.handle) * 100 < this.samplePercent;
      const command = { type: 'submit', day, facts, around: { tokensShared, contactShared, isSampled } } as const;
      return { command, day, application };
    });
  }

  private async forget(tx: Tx, handles: readonly Uint8Array[], files: Map<string, CaseFile>): Promise<void> {
    for (const handle of handles) {
      const file = files.get(hex(handle));
      const forgotten = file && forget(file);
      if (forgotten === undefined) continue;
      files.set(hex(handle), forgotten.file);
      await this.duplicates.forget(tx, {
        self: this.pseudonyms.tokenHolderOf(handle),
        day: dayNumbered(forgotten.day),
        tokens: file?.tokens ?? {},
      });
    }
  }

  private async save(tx: Tx, handles: readonly Uint8Array[], files: ReadonlyMap<string, CaseFile>): Promise<void> {
    const { longestDays, reopenDays, disputeDays } = this.city.clocks;
    const until = dayNumber(dayOf(this.clock.now())) + longestDays + reopenDays + disputeDays;
    const rows = handles.map((handle) => ({ handle, file: files.get(hex(handle)) as CaseFile }));
    const grants = rows.flatMap(({ handle, file: { state } }) =>
      openGrants(state).map((kind) => ({ handle, kind, id: this.grantId(handle, state, kind) })),
    );
    await this.cases.addGrants(tx, grants, until);
    await this.cases.save(tx, rows);
  }

  /** Payments says of each grant once how it ended: after that nothing leads from it to a case any more. */
  private async removeEndedGrants(
    tx: Tx,
    inputs: readonly CaseInput[],
    files: ReadonlyMap<string, CaseFile>,
  ): Promise<void> {
    const ended = inputs.flatMap((input) => {
      if ('application' in input || input.command.type !== 'grant-ended') return [];
      const state = files.get(hex(input.handle))?.state;
      const isNamed = state !== undefined && grantDay(state) !== undefined;
      return isNamed ? [this.grantId(input.handle, state, input.command.kind)] : [];
    });
    await this.cases.removeGrants(tx, ended);
  }

  /** Keeps the queue of reviewers as the cases are. */
  private async queue(
    tx: Tx,
    handles: readonly Uint8Array[],
    {
      before,
      after,
    }: { readonly before: ReadonlyMap<string, CaseFile>; readonly after: ReadonlyMap<string, CaseFile> },
  ): Promise<void> {
    const changed = handles.filter(
      (handle) => isWaiting(before.get(hex(handle))) !== isWaiting(after.get(hex(handle))),
    );
    if (changed.length === 0) return;
    const cases = changed.map((handle) => ({ review: this.pseudonyms.reviewOf(handle), handle }));
    const isNow = ({ handle }: { readonly handle: Uint8Array }): boolean => isWaiting(after.get(hex(handle)));
    await this.reviews.add(tx, cases.filter(isNow));
    await this.reviews.remove(
      tx,
      cases.filter((each) => !isNow(each)),
    );
  }

  /** Undefined while there is no key to answer with. */
  private newsOf(
    handle: Uint8Array,
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
      grantIdOf: (kind) => this.grantId(handle, state, kind),
      auditNameOf: (reviewer) => this.pseudonyms.auditNameOf(reviewer, this.clock.now().toISOString().slice(0, 7)),
    };
  }

  private grantId(handle: Uint8Array, state: CaseState, kind: GrantKind): Uint8Array {
    return this.pseudonyms.grantOf(handle, grantDay(state) ?? 0, kind);
  }

  private setting(): OutgoingSetting {
    const { appealDays, reopenDays, waitDays, askDays } = this.city.clocks;
    return {
      today: dayOf(this.clock.now()),
      profileHash: this.city.hash,
      // A box lives as long as anything of the case can still be taken up.
      boxDays: appealDays + waitDays + reopenDays,
      askDays,
    };
  }
}
