import {
  apply,
  keptUntil,
  newContact,
  newest,
  NOTICE_DAYS,
  type Contact,
  type ContactCommand,
  type Links,
  type Notice,
} from './contact.js';

/** The household of a link token, or the notices that wait until the household is known. */
export interface Link {
  /** base64url */
  readonly householdRef?: string;
  readonly waiting: readonly Notice[];
  /** The last day of the link. */
  readonly until: number;
}

/** A command that comes from the household itself. */
export type HouseholdCommand = Exclude<ContactCommand, { type: 'notice' }>;

/** A command of a household, or a notice of another service about the household of a token. */
export type ContactInput =
  | { readonly householdRef: string; readonly command: HouseholdCommand }
  | { readonly token: string; readonly notice: Notice };

/** Commands for the contact of one household. */
export interface Work {
  readonly householdRef: string;
  readonly commands: readonly ContactCommand[];
}

export function tokensIn({ eligibility, payments }: Links): readonly string[] {
  return [eligibility, payments];
}

/** The tokens in the inputs. */
export function tokensOf(inputs: readonly ContactInput[]): readonly string[] {
  return inputs.flatMap((input) => {
    if ('notice' in input) return [input.token];
    return input.command.type === 'give' ? tokensIn(input.command.links) : [];
  });
}

/**
 * Finds the household of each input, with the notices that waited for it. A notice of an unknown household waits.
 *
 * @param links the known links of the tokens in the inputs
 * @returns the work, and the changed links
 */
export function findHouseholds(
  inputs: readonly ContactInput[],
  links: ReadonlyMap<string, Link>,
): { readonly works: readonly Work[]; readonly links: ReadonlyMap<string, Link> } {
  const known = new Map(links);
  const works = inputs.flatMap((input): Work[] => {
    if ('notice' in input) return noticed(input, known);
    const { householdRef, command } = input;
    if (command.type !== 'give') return [{ householdRef, commands: [command] }];
    const waiting = tokensIn(command.links).flatMap((token) => assign(known, token, householdRef));
    return [
      {
        householdRef,
        commands: [command, ...waiting.map((notice) => ({ type: 'notice', notice }) as const)],
      },
    ];
  });
  return { works, links: known };
}

function noticed({ token, notice }: { readonly token: string; readonly notice: Notice }, links: Map<string, Link>) {
  const link = links.get(token);
  if (link?.householdRef !== undefined)
    return [{ householdRef: link.householdRef, commands: [{ type: 'notice', notice }] as const }];
  const until = Math.max(link?.until ?? 0, notice.day + NOTICE_DAYS);
  links.set(token, { waiting: newest([...(link?.waiting ?? []), notice]), until });
  return [];
}

/** Assigns a token to a household. @returns the notices that waited under it */
function assign(links: Map<string, Link>, token: string, householdRef: string): readonly Notice[] {
  const link = links.get(token);
  if (link?.householdRef !== undefined) return [];
  links.set(token, { householdRef, waiting: [], until: link?.until ?? 0 });
  return link?.waiting ?? [];
}

/** Applies work to contacts, in order. @returns the changed contacts and the others */
export function applyWorks(
  works: readonly Work[],
  contacts: ReadonlyMap<string, Contact>,
): ReadonlyMap<string, Contact> {
  const after = new Map(contacts);
  for (const { householdRef, commands } of works) {
    const contact = after.get(householdRef);
    // A notice alone makes no contact. A missing contact was forgotten with its case.
    if (contact === undefined && commands.every(({ type }) => type === 'notice')) continue;
    after.set(householdRef, commands.reduce(apply, contact ?? newContact));
  }
  return after;
}

/** Keeps each link as long as its contact. @returns the changed links and the others */
export function keepLinks(
  contacts: ReadonlyMap<string, Contact>,
  links: ReadonlyMap<string, Link>,
  contactDays: number,
): ReadonlyMap<string, Link> {
  const kept = new Map(links);
  for (const [householdRef, contact] of contacts) {
    if (contact.links === undefined) continue;
    const until = keptUntil(contact, contactDays);
    for (const token of tokensIn(contact.links)) {
      const link = kept.get(token);
      // The first household with a token keeps it. A device puts a token into the slices of one household only.
      if (link?.householdRef !== householdRef && link?.householdRef !== undefined) continue;
      if (link?.until !== until) kept.set(token, { householdRef, waiting: [], until });
    }
  }
  return kept;
}
