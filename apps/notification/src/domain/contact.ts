/** Days are whole numbers since 1970-01-01 (UTC). Tokens are text. */
export type Side = 'eligibility' | 'payments';
export type Template = 'update' | 'ready' | 'need' | 'last';

/** News about which a household gets one text. */
export interface Notice {
  readonly from: Side;
  readonly version: number;
  readonly template: Template;
  readonly day: number;
  /** The number of the choice under which the text was first sent. It goes to that phone only. */
  readonly triedAs?: number;
}

/** How a household wants to be reached. `n` is 0 for the choice in the application. */
export interface Choice {
  readonly n: number;
  readonly day: number;
  readonly channel: 'none' | 'text' | 'call' | 'email';
  /** Present for texts only, because nothing else uses it. */
  readonly phone?: string;
  readonly language: string;
}

/** The stored form of a choice. It has no number for calls and no mail address, because nothing uses them yet. */
export function choiceOf(
  { channel, phone, language }: Pick<Choice, 'channel' | 'language'> & { readonly phone?: string },
  { n, day }: Pick<Choice, 'n' | 'day'>,
): Choice {
  return { n, day, channel, language, ...(channel === 'text' && phone !== undefined ? { phone } : {}) };
}

export interface Links {
  readonly eligibility: string;
  readonly payments: string;
}

/** The contact of a household. */
export interface Contact {
  /** Present after the contact slice. Requests can arrive before it. */
  readonly links?: Links;
  readonly tail?: string;
  readonly choice?: Choice;
  readonly isStopped: boolean;
  /** The number of texts whose sending was committed, with any answer. */
  readonly sent: number;
  /** Notices that were neither sent nor dropped. */
  readonly open: readonly Notice[];
  /** The latest day of a message about it. */
  readonly lastDay: number;
}

export type ContactCommand =
  | {
      readonly type: 'give';
      readonly day: number;
      readonly links: Links;
      readonly tail: string;
      readonly choice: Choice;
    }
  | { readonly type: 'change'; readonly day: number; readonly choice: Choice }
  | { readonly type: 'stop'; readonly day: number }
  | { readonly type: 'notice'; readonly notice: Notice };

/** A notice is dropped after this many days. */
export const NOTICE_DAYS = 7;
/** The largest number of open notices. Only the newest are kept. */
export const OPEN_MAX = 8;

export const newContact: Contact = { isStopped: false, sent: 0, open: [], lastDay: 0 };

/**
 * Applies a command to a contact. The same commands give the same contact in any order: the choice with the highest
 * number holds, and a stop is final.
 */
export function apply(contact: Contact, command: ContactCommand): Contact {
  switch (command.type) {
    case 'give':
      return reduce({
        ...contact,
        links: contact.links ?? command.links,
        tail: contact.tail ?? command.tail,
        choice: newer(contact.choice, command.choice),
        lastDay: Math.max(contact.lastDay, command.day),
      });
    case 'change':
      return reduce({
        ...contact,
        choice: newer(contact.choice, command.choice),
        lastDay: Math.max(contact.lastDay, command.day),
      });
    case 'stop':
      return reduce({ ...contact, isStopped: true, lastDay: Math.max(contact.lastDay, command.day) });
    case 'notice':
      return reduce({
        ...contact,
        open: [...contact.open, command.notice],
        lastDay: Math.max(contact.lastDay, command.notice.day),
      });
  }
}

/** Reduces a stopped contact to a tombstone without number, language and notices. */
function reduce(contact: Contact): Contact {
  const { links, isStopped, sent, lastDay } = contact;
  if (isStopped) return { ...(links === undefined ? {} : { links }), isStopped, sent, open: [], lastDay };
  return { ...contact, open: newest(contact.open) };
}

/** The newest notices, sorted, each once. */
export function newest(notices: readonly Notice[]): readonly Notice[] {
  const byName = new Map<string, Notice>();
  for (const notice of notices) if (!byName.has(nameOf(notice))) byName.set(nameOf(notice), notice);
  return [...byName.values()].sort((a, b) => a.version - b.version || (a.from < b.from ? -1 : 1)).slice(-OPEN_MAX);
}

function newer(known: Choice | undefined, choice: Choice): Choice {
  if (known === undefined) return choice;
  const order = known.n - choice.n || known.day - choice.day;
  // Two choices can have one number and one day. The rule must not depend on which of them arrived first.
  const isKnown = order === 0 ? JSON.stringify(known) >= JSON.stringify(choice) : order > 0;
  return isKnown ? known : choice;
}

export function nameOf({ from, version }: Pick<Notice, 'from' | 'version'>): string {
  return `${from}:${version}`;
}

/** The notices for which a text has to wait. */
export function wanted({ links, tail, choice, isStopped, open }: Contact): readonly Notice[] {
  return isStopped || links === undefined || tail === undefined || choice?.channel !== 'text' ? [] : open;
}

/** No older message arrives after this. A request without its slice or a tombstone ends then. */
const NOTHING_OLDER_DAYS = 9;

/** Clocks of the city's profile, in days. */
export interface ContactClocks {
  readonly appealDays: number;
  readonly contactDays: number;
}

/** Days for which a contact is kept after the last message: the appeal window and the days of the profile. */
export function contactDaysOf({ appealDays, contactDays }: ContactClocks): number {
  return appealDays + contactDays;
}

/** The last day of a contact. `contactDays`: after the last message, the appeal window included. */
export function keptUntil(
  { links, isStopped, lastDay }: Pick<Contact, 'links' | 'isStopped' | 'lastDay'>,
  contactDays: number,
): number {
  return lastDay + (isStopped || links === undefined ? NOTHING_OLDER_DAYS : contactDays);
}

/** Whether a contact has outlived its clocks. `day`: days since 1970-01-01. */
export function isContactOver(contact: Contact, clocks: ContactClocks, day: number): boolean {
  return keptUntil(contact, contactDaysOf(clocks)) < day;
}

/** One text to be sent. It has no phone number: the number is read from the contact when the text is sent. */
export interface TextWork {
  readonly householdRef: string;
  readonly from: Side;
  readonly version: number;
  /** The day of the notice. The text is dropped when it is too old. */
  readonly day: number;
}

/** Whether the notice of a text is too old to be sent. `day`: days since 1970-01-01. */
export function isTextOver(text: Pick<TextWork, 'day'>, day: number): boolean {
  return text.day + NOTICE_DAYS < day;
}

/** The notices for which a contact newly wants a text, and those for which it no longer does. */
export function textChanges(
  before: Contact,
  after: Contact,
): { readonly fresh: readonly Notice[]; readonly gone: readonly Notice[] } {
  const [had, has] = [namesOf(before), namesOf(after)];
  return {
    fresh: wanted(after).filter((notice) => !had.has(nameOf(notice))),
    gone: wanted(before).filter((notice) => !has.has(nameOf(notice))),
  };
}

function namesOf(contact: Contact): ReadonlySet<string> {
  return new Set(wanted(contact).map(nameOf));
}
