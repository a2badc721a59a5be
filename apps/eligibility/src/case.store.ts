import { Injectable } from '@nestjs/common';
import { dayNumber, dayNumbered, dayOf, type HouseholdTokensV1 } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { caseClocksOf, type CaseClocks, type Profile } from '#libs/policy';
import { hex } from '#libs/sealing';
import { fromBody, isOutlived, Records, toBody, type KindSpec } from '#libs/records';
import { CityProfile, Clock } from '#libs/service';
import { evolve, newCase, react, type CaseCommand, type CaseEvent, type CaseState } from './domain/case.js';
import type { GrantKind } from './domain/decide.js';
import { forgotten, keptUntil } from './domain/ending.js';
import type { Policy, Surroundings } from './domain/policy.js';
import { policyOf, samplePercentOf } from './policy.js';
import { Pseudonyms } from './pseudonyms.js';
import { ReviewStore } from './review.store.js';
import { TokenStore, type TokensOfHousehold } from './token.store.js';

/** Keys and pseudonyms that came with the facts: how the household and the other services are addressed. */
export interface CaseKeys {
  readonly receiptKey: string;
  readonly paymentsHandle: string;
  readonly linkToken: string;
}

export interface Application {
  readonly facts: Extract<CaseCommand, { type: 'submit' }>['facts'];
  readonly day: string;
  readonly keys: CaseKeys;
  readonly tokens: Pick<TokensOfHousehold, 'tokens' | 'previousTokens'>;
  /** For reports; no rule reads it. */
  readonly areaName: string;
}

export type CaseInput =
  | { readonly handle: Uint8Array; readonly application: Application }
  | {
      readonly handle: Uint8Array;
      readonly command: Exclude<CaseCommand, { type: 'submit' }>;
      /** On which it was said, days since 1970-01-01. */
      readonly day: number;
    };

/** What has to be told of one case, with what is needed to tell it. */
export interface CaseOutput {
  readonly keys: CaseKeys;
  readonly needs: readonly string[];
  readonly areaName: string;
  readonly evidenceClass: string;
  readonly events: readonly CaseEvent[];
  readonly grantIdOf: (kind: GrantKind) => Uint8Array;
  /** What an auditor sees of a reviewer: another name each month. */
  readonly pseudonymOf: (reviewer: string) => string;
}

export interface CaseRecord {
  readonly state: CaseState;
  readonly keys: CaseKeys | undefined;
  readonly areaName: string;
  /** As they were cut on the device: who withdraws is compared with nobody any more. */
  readonly tokens?: HouseholdTokensV1;
}

const CASE = 'case';
const GRANT = 'grant';

/** Cases by the household's handle, and grants by their id. */
@Injectable()
export class CaseStore {
  readonly policy: Policy;
  readonly clocks: CaseClocks;
  private readonly samplePercent: number;

  constructor(
    private readonly records: Records,
    private readonly tokens: TokenStore,
    private readonly reviews: ReviewStore,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    { profile, clocks }: CityProfile,
  ) {
    this.policy = policyOf(profile);
    this.clocks = clocks;
    this.samplePercent = samplePercentOf(profile);
  }

  /** Takes a batch into its cases, in order, and tells what has changed. One result for each input. */
  async apply(tx: Tx, inputs: readonly CaseInput[]): Promise<readonly (CaseOutput | undefined)[]> {
    const records = await this.records.begin(tx);
    const handles = inputs.map(({ handle }) => handle);
    const bodies = await records.findForUpdate(CASE, handles);
    const cases = new Map<string, CaseRecord>();
    handles.forEach((handle, at) => {
      const body = bodies[at];
      if (body !== undefined) cases.set(hex(handle), fromBody<CaseRecord>(body));
    });
    const commands = await this.commandsOf(tx, inputs);
    const nowMs = this.clock.now().getTime();
    const outputs = inputs.map((input, at): CaseOutput | undefined => {
      const [command, before] = [commands[at], cases.get(hex(input.handle))];
      if (command === undefined) return undefined;
      // What payments says last about a case that is forgotten makes no new one.
      if (before === undefined && command.type === 'grant-ended') return undefined;
      const { record, events } = this.taken(before ?? noCase, input, { command, nowMs });
      cases.set(hex(input.handle), record);
      const { keys } = record;
      return keys === undefined ? undefined : this.output(input.handle, { ...record, keys }, events);
    });
    await this.forget(tx, handles, cases);
    await this.save(tx, handles, cases);
    await this.removeGrants(tx, inputs, cases);
    await this.queue(tx, handles, { before: bodies, after: cases });
    return outputs;
  }

  private taken(
    before: CaseRecord,
    input: CaseInput,
    { command, nowMs }: { readonly command: CaseCommand; readonly nowMs: number },
  ): { readonly record: CaseRecord; readonly events: readonly CaseEvent[] } {
    const day = 'application' in input ? dayNumber(input.application.day) : input.day;
    const evolved = evolve(before.state, command, this.policy);
    const dated = { ...evolved, lastDay: Math.max(evolved.lastDay, day) };
    const { state, events } = react(dated, this.policy, nowMs);
    if (!('application' in input) || before.keys !== undefined) return { record: { ...before, state }, events };
    const { keys, areaName, tokens } = input.application;
    return { record: { state, keys, areaName, tokens: tokens.tokens }, events };
  }

  /** Of who has withdrawn nothing is kept but that, and a key to answer with. */
  private async forget(tx: Tx, handles: readonly Uint8Array[], cases: Map<string, CaseRecord>): Promise<void> {
    for (const handle of handles) {
      const record = cases.get(hex(handle));
      const state = record && forgotten(record.state);
      if (record === undefined || state === undefined || state === record.state) continue;
      const keys = record.keys && { receiptKey: record.keys.receiptKey, paymentsHandle: '', linkToken: '' };
      cases.set(hex(handle), { state, keys, areaName: '' });
      await this.tokens.forget(tx, {
        self: this.pseudonyms.tokenHolderOf(handle),
        day: dayNumbered(state.forgottenDay ?? 0),
        tokens: record.tokens ?? {},
      });
    }
  }

  /** Which cases these grants belong to. */
  async ofGrants(
    tx: Tx,
    grants: readonly Uint8Array[],
  ): Promise<readonly ({ readonly handle: Uint8Array; readonly kind: GrantKind } | undefined)[]> {
    const records = await this.records.begin(tx);
    const found = await records.find<{ handle: string; kind: GrantKind }>(GRANT, grants);
    return found.map((body) => body && { handle: Buffer.from(body.handle, 'base64url'), kind: body.kind });
  }

  /** The cases as they are, for who looks at them; nobody else changes them until the transaction ends. */
  async states(tx: Tx, handles: readonly Uint8Array[]): Promise<readonly (CaseState | undefined)[]> {
    const records = await this.records.begin(tx);
    const bodies = await records.findForUpdate(CASE, handles);
    return bodies.map((body) => (body === undefined ? undefined : fromBody<CaseRecord>(body).state));
  }

  private output(
    handle: Uint8Array,
    { state, keys, areaName }: CaseRecord & { keys: CaseKeys },
    events: readonly CaseEvent[],
  ): CaseOutput {
    const { submitted, requests } = state;
    return {
      keys,
      needs: submitted?.facts.needs ?? [],
      areaName,
      evidenceClass: requests.evidence?.evidenceClass ?? submitted?.facts.evidenceClass ?? '',
      events,
      grantIdOf: (kind) => this.pseudonyms.grantOf(handle, submitted?.day ?? state.forgottenDay ?? 0, kind),
      pseudonymOf: (reviewer) => {
        const month = this.clock.now().toISOString().slice(0, 7);
        return this.pseudonyms.auditNameOf(reviewer, month);
      },
    };
  }

  /** Applications are compared with those before them; later wishes of a household need nothing from others. */
  private async commandsOf(tx: Tx, inputs: readonly CaseInput[]): Promise<readonly (CaseCommand | undefined)[]> {
    const applications = inputs.filter((input) => 'application' in input);
    const shared = await this.tokens.match(
      tx,
      applications.map(({ handle, application }) => ({
        self: this.pseudonyms.tokenHolderOf(handle),
        day: application.day,
        ...application.tokens,
      })),
    );
    const around = new Map(
      applications.map((input, at) => [input, shared[at] ?? { tokensShared: 0, contactShared: 0 }]),
    );
    return inputs.map((input) => {
      if (!('application' in input)) return input.command;
      const { facts, day } = input.application;
      const surroundings: Surroundings = {
        tokensShared: around.get(input)?.tokensShared ?? 0,
        contactShared: around.get(input)?.contactShared ?? 0,
        isSampled: this.isSampled(input.handle),
      };
      return { type: 'submit', day: dayNumber(day), facts, around: surroundings };
    });
  }

  /** Who waits for a person now, and who does so no more. */
  private async queue(
    tx: Tx,
    handles: readonly Uint8Array[],
    {
      before,
      after,
    }: { readonly before: readonly (object | undefined)[]; readonly after: ReadonlyMap<string, CaseRecord> },
  ): Promise<void> {
    const isWaiting = (record: CaseRecord | undefined): boolean => record?.state.said.status === 'being-looked-at';
    const changed = handles.flatMap((handle, at) => {
      const was = before[at];
      const is = isWaiting(after.get(hex(handle)));
      return is === isWaiting(was && fromBody<CaseRecord>(was)) ? [] : [{ handle, isWaiting: is }];
    });
    if (changed.length > 0) await this.reviews.note(tx, changed);
  }

  private isSampled(handle: Uint8Array): boolean {
    return this.pseudonyms.drawOf(handle) * 100 < this.samplePercent;
  }

  /** Grants that payments has not ended yet. */
  private grantsOf(
    handle: Uint8Array,
    cases: ReadonlyMap<string, CaseRecord>,
  ): readonly { readonly id: Uint8Array; readonly kind: GrantKind }[] {
    const { state } = cases.get(hex(handle)) ?? noCase;
    const day = state.submitted?.day ?? state.forgottenDay ?? 0;
    return state.said.grants
      .filter(({ endedDay }) => endedDay === undefined)
      .map(({ kind }) => ({ id: this.pseudonyms.grantOf(handle, day, kind), kind }));
  }

  /** Payments says of each grant once how it ended: after that nothing leads from it to a case any more. */
  private async removeGrants(
    tx: Tx,
    inputs: readonly CaseInput[],
    cases: ReadonlyMap<string, CaseRecord>,
  ): Promise<void> {
    const records = await this.records.begin(tx);
    const ended = inputs.flatMap((input) => {
      if ('application' in input || input.command.type !== 'grant-ended') return [];
      const state = cases.get(hex(input.handle))?.state;
      const day = state?.submitted?.day ?? state?.forgottenDay;
      return day === undefined ? [] : [this.pseudonyms.grantOf(input.handle, day, input.command.kind)];
    });
    await records.remove(GRANT, ended);
  }

  private async save(tx: Tx, handles: readonly Uint8Array[], cases: ReadonlyMap<string, CaseRecord>): Promise<void> {
    const records = await this.records.begin(tx);
    const { longestDays, reopenDays, disputeDays } = this.clocks;
    const until = dayNumber(dayOf(this.clock.now())) + longestDays + reopenDays + disputeDays;
    const grants = handles.flatMap((handle) =>
      this.grantsOf(handle, cases).map(({ id, kind }) => ({
        value: id,
        body: { handle: Buffer.from(handle).toString('base64url'), kind, until },
      })),
    );
    await records.put(GRANT, grants);
    const rows = handles.flatMap((value) => {
      const record = cases.get(hex(value));
      return record === undefined ? [] : [{ value, body: toBody(record) }];
    });
    await records.save(CASE, rows);
  }
}

const noCase: CaseRecord = { state: newCase, keys: undefined, areaName: '' };

export function caseKinds(profile: Profile): readonly KindSpec[] {
  const clocks = caseClocksOf(profile);
  return [
    {
      kind: CASE,
      sizeBytes: 2_304,
      work: false,
      isOver: (body, today) => keptUntil(fromBody<CaseRecord>(body).state, clocks) < dayNumber(today),
    },
    { kind: GRANT, sizeBytes: 192, work: false, isOver: isOutlived },
  ];
}
