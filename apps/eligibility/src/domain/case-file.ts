import { react } from './announce.js';
import { apply, newCase, type CaseCommand, type CaseEvent, type CaseState } from './case.js';
import type { GrantKind } from './decide.js';
import { forgotten } from './ending.js';
import type { Policy } from './policy.js';

/** Keys and references that came with the facts. Messages to the household and to other services need them. */
export interface CaseKeys {
  readonly receiptKey: string;
  readonly paymentsHandle: string;
  readonly linkToken: string;
}

/** The tokens of a household, as its device cut them. */
export interface HouseholdTokens {
  readonly nameAndDay?: number;
  readonly contact?: number;
  readonly dwelling?: number;
}

/** All that eligibility stores of one household. */
export interface CaseFile {
  readonly state: CaseState;
  readonly keys: CaseKeys | undefined;
  /** Used in reports only. No rule reads it. */
  readonly areaName: string;
  /** Absent after a withdrawal, because a withdrawn household is compared with no other. */
  readonly tokens?: HouseholdTokens;
}

/** The parts of an application that no rule reads. */
export type ApplicationPart = Pick<CaseFile, 'areaName'> & {
  readonly keys: CaseKeys;
  readonly tokens: HouseholdTokens;
};

/** A command about a case, and the day of its message in days since 1970-01-01. */
export interface CaseEntry {
  readonly command: CaseCommand;
  readonly day: number;
  /** Present when the command is an application. */
  readonly application?: ApplicationPart;
}

/** What payments reports. It may come after the case was forgotten. */
const ofPayments: readonly CaseCommand['type'][] = ['grant-ended', 'confirm-presence'];

const newFile: CaseFile = { state: newCase, keys: undefined, areaName: '' };

/**
 * Applies an entry to the file, and returns the events that follow. Undefined when payments reports about a case that
 * was already forgotten.
 */
export function enter(
  before: CaseFile | undefined,
  { command, day, application }: CaseEntry,
  policy: Policy,
  nowMs: number,
): { readonly file: CaseFile; readonly events: readonly CaseEvent[] } | undefined {
  if (before === undefined && ofPayments.includes(command.type)) return undefined;
  const file = before ?? newFile;
  const applied = apply(file.state, command, policy);
  const isOwn = command.type !== 'resolve' && !ofPayments.includes(command.type);
  const ownDay = isOwn ? Math.max(applied.ownDay, day) : applied.ownDay;
  const { state, events } = react({ ...applied, ownDay, lastDay: Math.max(applied.lastDay, day) }, policy, nowMs);
  // Of an application with unknown codes there are only keys, and a good one replaces them.
  const isFirst = file.keys === undefined || (file.state.submitted === undefined && state.submitted !== undefined);
  if (application === undefined || !isFirst) return { file: { ...file, state }, events };
  const { keys, areaName, tokens } = application;
  return { file: { state, keys, areaName, tokens }, events };
}

/** Reduces a withdrawn case to a tombstone with a key for answers. Undefined when nothing is to be forgotten. */
export function forget(file: CaseFile): { readonly file: CaseFile; readonly day: number } | undefined {
  const state = forgotten(file.state);
  if (state === file.state) return undefined;
  const keys = file.keys && { receiptKey: file.keys.receiptKey, paymentsHandle: '', linkToken: '' };
  return { file: { state, keys, areaName: '' }, day: state.forgottenDay ?? 0 };
}

/** Whether the case waits for a reviewer. */
export function isWaiting(file: CaseFile | undefined): boolean {
  return file?.state.announced.status === 'being-looked-at';
}

/** The day from which the ids of the grants are derived. Undefined before the application. */
export function grantDay({ submitted, forgottenDay }: CaseState): number | undefined {
  return submitted?.day ?? forgottenDay;
}

/** Kinds of grants that payments has not ended yet. */
export function openGrants({ announced }: CaseState): readonly GrantKind[] {
  return announced.grants.filter(({ endedDay }) => endedDay === undefined).map(({ kind }) => kind);
}
