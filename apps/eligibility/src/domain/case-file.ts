import { evolve, newCase, react, type CaseCommand, type CaseEvent, type CaseState } from './case.js';
import type { GrantKind } from './decide.js';
import { forgotten } from './ending.js';
import type { Policy } from './policy.js';

/** Keys and pseudonyms that came with the facts: how the household and the other services are addressed. */
export interface CaseKeys {
  readonly receiptKey: string;
  readonly paymentsHandle: string;
  readonly linkToken: string;
}

/** A household's tokens as they were cut on its device. */
export interface HouseholdTokens {
  readonly nameAndDay?: number;
  readonly contact?: number;
  readonly dwelling?: number;
}

/** All that is kept of one household. */
export interface CaseFile {
  readonly state: CaseState;
  readonly keys: CaseKeys | undefined;
  /** For reports; no rule reads it. */
  readonly areaName: string;
  /** Who withdraws is compared with nobody any more. */
  readonly tokens?: HouseholdTokens;
}

/** What comes with an application besides the facts that the rules read. */
export type ApplicationPart = Pick<CaseFile, 'areaName'> & {
  readonly keys: CaseKeys;
  readonly tokens: HouseholdTokens;
};

/** Something that is said about a case, and the day on which it was said, in days since 1970-01-01. */
export interface CaseEntry {
  readonly command: CaseCommand;
  readonly day: number;
  /** What came with an application. */
  readonly application?: ApplicationPart;
}

const newFile: CaseFile = { state: newCase, keys: undefined, areaName: '' };

/**
 * Takes what was said into the file and tells what follows. Undefined: nothing is to be kept or told, because payments
 * has said something last about a case that is forgotten.
 */
export function enter(
  before: CaseFile | undefined,
  { command, day, application }: CaseEntry,
  policy: Policy,
  nowMs: number,
): { readonly file: CaseFile; readonly events: readonly CaseEvent[] } | undefined {
  if (before === undefined && command.type === 'grant-ended') return undefined;
  const file = before ?? newFile;
  const evolved = evolve(file.state, command, policy);
  const { state, events } = react({ ...evolved, lastDay: Math.max(evolved.lastDay, day) }, policy, nowMs);
  if (application === undefined || file.keys !== undefined) return { file: { ...file, state }, events };
  const { keys, areaName, tokens } = application;
  return { file: { state, keys, areaName, tokens }, events };
}

/**
 * Of who has withdrawn nothing is kept but that, and a key to answer with. Undefined: nothing is to be forgotten
 * now.
 */
export function forget(file: CaseFile): { readonly file: CaseFile; readonly day: number } | undefined {
  const state = forgotten(file.state);
  if (state === file.state) return undefined;
  const keys = file.keys && { receiptKey: file.keys.receiptKey, paymentsHandle: '', linkToken: '' };
  return { file: { state, keys, areaName: '' }, day: state.forgottenDay ?? 0 };
}

/** Whether a person is to look at it. */
export function isWaiting(file: CaseFile | undefined): boolean {
  return file?.state.said.status === 'being-looked-at';
}

/** The day by which the grants of a case are named; undefined before there was an application. */
export function grantDay({ submitted, forgottenDay }: CaseState): number | undefined {
  return submitted?.day ?? forgottenDay;
}

/** Kinds of grants that payments has not ended yet. */
export function openGrants({ said }: CaseState): readonly GrantKind[] {
  return said.grants.filter(({ endedDay }) => endedDay === undefined).map(({ kind }) => kind);
}
