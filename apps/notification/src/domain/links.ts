import {
  evolve,
  keptUntil,
  newContact,
  newest,
  NOTICE_DAYS,
  type Contact,
  type ContactCommand,
  type Links,
  type Notice,
} from './contact.js';

/** What is known under a link token: whose it is, or what waits until that is known. */
export interface Link {
  /** base64url */
  readonly handle?: string;
  readonly waiting: readonly Notice[];
  /** The last day on which it is kept. */
  readonly until: number;
}

/** What a household says of itself. */
export type HouseholdCommand = Exclude<ContactCommand, { type: 'notice' }>;

/** Something that has come: from a household, or from another service about whoever has the token. */
export type ContactInput =
  { readonly handle: string; readonly command: HouseholdCommand } | { readonly token: string; readonly notice: Notice };

/** What is to be taken into the contact of one household. */
export interface Work {
  readonly handle: string;
  readonly commands: readonly ContactCommand[];
}

export function tokensIn({ eligibility, payments }: Links): readonly string[] {
  return [eligibility, payments];
}

/** The tokens that inputs name. */
export function tokensOf(inputs: readonly ContactInput[]): readonly string[] {
  return inputs.flatMap((input) => {
    if ('notice' in input) return [input.token];
    return input.command.type === 'give' ? tokensIn(input.command.links) : [];
  });
}

/**
 * Whom each input is about, with what has been waiting for that household; a notice of nobody known is put to wait.
 *
 * @param links what is known under the tokens of the inputs
 * @returns with the links as they are afterwards
 */
export function findHouseholds(
  inputs: readonly ContactInput[],
  links: ReadonlyMap<string, Link>,
): { readonly works: readonly Work[]; readonly links: ReadonlyMap<string, Link> } {
  const known = new Map(links);
  const works = inputs.flatMap((input): Work[] => {
    if ('notice' in input) return noticed(input, known);
    const { handle, command } = input;
    if (command.type !== 'give') return [{ handle, commands: [command] }];
    const waiting = tokensIn(command.links).flatMap((token) => claim(known, token, handle));
    return [{ handle, commands: [command, ...waiting.map((notice) => ({ type: 'notice', notice }) as const)] }];
  });
  return { works, links: known };
}

function noticed({ token, notice }: { readonly token: string; readonly notice: Notice }, links: Map<string, Link>) {
  const link = links.get(token);
  if (link?.handle !== undefined) return [{ handle: link.handle, commands: [{ type: 'notice', notice }] as const }];
  const until = Math.max(link?.until ?? 0, notice.day + NOTICE_DAYS);
  links.set(token, { waiting: newest([...(link?.waiting ?? []), notice]), until });
  return [];
}

/** Says whose a token is. @returns what has been waiting under it */
function claim(links: Map<string, Link>, token: string, handle: string): readonly Notice[] {
  const link = links.get(token);
  if (link?.handle !== undefined) return [];
  links.set(token, { handle, waiting: [], until: link?.until ?? 0 });
  return link?.waiting ?? [];
}

/** Takes work into contacts, in order. @returns all of them as they are afterwards */
export function takeIn(works: readonly Work[], contacts: ReadonlyMap<string, Contact>): ReadonlyMap<string, Contact> {
  const after = new Map(contacts);
  for (const { handle, commands } of works) {
    const contact = after.get(handle);
    // A notice alone makes no contact: where there is none any more, the case has been forgotten.
    if (contact === undefined && commands.every(({ type }) => type === 'notice')) continue;
    after.set(handle, commands.reduce(evolve, contact ?? newContact));
  }
  return after;
}

/** A link lives as long as the contact that it leads to. @returns the links as they are afterwards */
export function keepLinks(
  contacts: ReadonlyMap<string, Contact>,
  links: ReadonlyMap<string, Link>,
  contactDays: number,
): ReadonlyMap<string, Link> {
  const kept = new Map(links);
  for (const [handle, contact] of contacts) {
    if (contact.links === undefined) continue;
    const until = keptUntil(contact, contactDays);
    for (const token of tokensIn(contact.links)) {
      const link = kept.get(token);
      // Whoever came first with a token keeps it: it was put into two slices of one household, and nowhere else.
      if (link?.handle !== handle && link?.handle !== undefined) continue;
      if (link?.until !== until) kept.set(token, { handle, waiting: [], until });
    }
  }
  return kept;
}
