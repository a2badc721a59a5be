import {
  AcceptedV1,
  BoxesV1,
  catalogue,
  clocks,
  DirectoryV1,
  fieldsOf,
  FileRequestV1,
  ReadBoxesV1,
  RequestAcceptedV1,
  ReviewCaseV1,
  sealedCatalogue,
  SubmitApplicationV1,
  type Contract,
  type SealedContract,
} from '#libs/contracts';
import { rulesOf } from './json-schema.js';

/** Everything that the contracts allow, and how long. */
export interface Promises {
  readonly contracts: readonly Contract[];
  readonly sealed: readonly SealedContract[];
  /** Bodies and answers of intake's public routes. */
  readonly doors: readonly (new () => object)[];
  readonly staff: readonly (new () => object)[];
  /** In days, hours or minutes, as their names say. */
  readonly clocks: Readonly<Record<string, number>>;
}

export const doorBodies = [SubmitApplicationV1, FileRequestV1, ReadBoxesV1] as const;
export const doorAnswers = [DirectoryV1, AcceptedV1, RequestAcceptedV1, BoxesV1] as const;
/** Answers to staff that hold facts of a household. */
export const staffAnswers = [ReviewCaseV1] as const;

export const presentPromises: Promises = {
  contracts: catalogue,
  sealed: sealedCatalogue,
  doors: [...doorBodies, ...doorAnswers],
  staff: staffAnswers,
  clocks,
};

/**
 * One line for each fact that the contracts fix: sender and recipient, purpose, each field and its rule, each clock. A
 * new line lets somebody learn more, or for longer. A stricter rule is a new line as well, and is decided like the
 * others.
 */
export function linesOf({ contracts, sealed, doors, staff, clocks: days }: Promises): readonly string[] {
  return [
    ...contracts.flatMap((contract) => [
      ...linesOfContract(contract),
      ...Object.entries(contract.clocks).map(([name, value]) => clockLine(`${nameOf(contract)} clock ${name}`, value)),
    ]),
    ...sealed.flatMap((contract) => [
      ...linesOfContract(contract),
      `${nameOf(contract)} retention: ${contract.retention}`,
    ]),
    ...doors.flatMap((type) => fieldLines(`door ${type.name}`, type)),
    ...staff.flatMap((type) => fieldLines(`staff ${type.name}`, type)),
    ...Object.entries(days).map(([name, value]) => clockLine(`clock ${name}`, value)),
  ];
}

/** The present lines that are neither approved nor a clock that became shorter. */
export function wideningsOf(approved: readonly string[], present: readonly string[]): readonly string[] {
  const known = new Set(approved);
  const longest = new Map<string, number>();
  for (const { name, value } of approved.flatMap(clockOf)) {
    longest.set(name, Math.max(value, longest.get(name) ?? value));
  }
  return [...new Set(present)].filter((line) => {
    if (known.has(line)) return false;
    const [clock] = clockOf(line);
    return clock === undefined || clock.value > (longest.get(clock.name) ?? -Infinity);
  });
}

export interface Approval {
  readonly widens: readonly string[];
  /** Different people. An approval with fewer than two does not count. */
  readonly approvers: readonly string[];
  readonly version: string | undefined;
}

/**
 * Reads the approval in a decision record. A record that widens has three paragraphs: `**Widens.**` followed by one
 * line of code for each widening, `**Approved by.**` with people divided by semicolons, and `**Version.**`.
 */
export function approvalOf(record: string): Approval {
  const paragraph = (title: string): string => record.split(`**${title}.**`)[1]?.split('\n**')[0] ?? '';
  return {
    widens: [...paragraph('Widens').matchAll(/`([^`]+)`/g)].map(([, line = '']) => line),
    approvers: [...new Set(paragraph('Approved by').split(';').map(nameOfPerson))].filter((name) => name !== ''),
    version: /\b\d+\.\d+\.\d+\b/.exec(paragraph('Version'))?.[0],
  };
}

/** Without the office in brackets: one person with two offices is one person. */
function nameOfPerson(approver: string): string {
  const [name = ''] = approver.split('(');
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The lines that at least two people approved, for a version. */
export function approvedLines(approvals: readonly Approval[]): readonly string[] {
  return approvals
    .filter(({ approvers, version }) => approvers.length >= 2 && version !== undefined)
    .flatMap(({ widens }) => widens);
}

function nameOf({ name, version }: { readonly name: string; readonly version: number }): string {
  return `${name}.v${version}`;
}

function linesOfContract(contract: Contract | SealedContract): readonly string[] {
  const name = nameOf(contract);
  return [
    `${name} from ${contract.producer} to ${contract.consumer}`,
    `${name} purpose: ${contract.purpose}`,
    ...fieldLines(name, contract.payload),
  ];
}

function fieldLines(owner: string, type: new () => object, prefix = ''): readonly string[] {
  const rules = rulesOf(type);
  return fieldsOf(type).flatMap(({ name, data, purpose, until, list, nested }) => {
    const path = `${prefix}${name}`;
    const end = until === undefined ? '' : `; until ${until}`;
    const listed = list === undefined ? '' : `; of the profile's ${list}`;
    const line = `${owner} field ${path}: ${data}; ${purpose}${end}${listed}`;
    // Text where there was a closed list tells more, though no field was added.
    const rule = `${owner} field ${path} holds ${JSON.stringify(rules[name])}`;
    return [line, rule, ...(nested === undefined ? [] : fieldLines(owner, nested(), `${path}.`))];
  });
}

function clockLine(name: string, value: number): string {
  return `${name}: ${value}`;
}

function clockOf(line: string): readonly { readonly name: string; readonly value: number }[] {
  const [, name = '', value] = /^((?:\S+ )?clock \w+): (\d+)$/.exec(line) ?? [];
  return value === undefined ? [] : [{ name, value: Number(value) }];
}
