/** Days are whole numbers since 1970-01-01 (UTC). Tokens are text. */
export type Side = 'eligibility' | 'payments';
export type Template = 'update' | 'ready' | 'need' | 'last';

/** One occasion to say that there is news. */
export interface Notice {
  readonly from: Side;
  readonly version: number;
  readonly template: Template;
  readonly day: number;
  /** Under which choice the carrier was first asked: from then on it goes to that number, or to none. */
  readonly triedAs?: number;
}

/** What a household wants. `n` is 0 for the choice that came with the application. */
export interface Choice {
  readonly n: number;
  readonly day: number;
  readonly channel: 'none' | 'text' | 'call' | 'email';
  /** Only for texts: nothing that is not used is held. */
  readonly phone?: string;
  readonly language: string;
}

/** A choice as it is kept: what cannot be used yet, a number for calls or a mail address, is not held. */
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

/** Everything that is known of how to reach a household. */
export interface Contact {
  /** Known once the contact slice has come; requests may come before it. */
  readonly links?: Links;
  readonly tail?: string;
  readonly choice?: Choice;
  readonly isStopped: boolean;
  /** Texts that were committed to, whatever the carrier made of them. */
  readonly sent: number;
  /** Notices that were neither texted nor given up yet. */
  readonly open: readonly Notice[];
  /** The latest day of anything that was said about it. */
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

/** A notice that nobody could be told of in this time is no news any more. */
export const NOTICE_DAYS = 7;
/** More than a case may have: the newest are kept. */
export const OPEN_MAX = 8;

export const newContact: Contact = { isStopped: false, sent: 0, open: [], lastDay: 0 };

/**
 * Takes one thing in. Whatever the order in which the same things come, the same contact comes out: the choice with the
 * highest number holds, and a stop holds against everything.
 */
export function evolve(contact: Contact, command: ContactCommand): Contact {
  switch (command.type) {
    case 'give':
      return settle({
        ...contact,
        links: contact.links ?? command.links,
        tail: contact.tail ?? command.tail,
        choice: newer(contact.choice, command.choice),
        lastDay: Math.max(contact.lastDay, command.day),
      });
    case 'change':
      return settle({
        ...contact,
        choice: newer(contact.choice, command.choice),
        lastDay: Math.max(contact.lastDay, command.day),
      });
    case 'stop':
      return settle({ ...contact, isStopped: true, lastDay: Math.max(contact.lastDay, command.day) });
    case 'notice':
      return settle({
        ...contact,
        open: [...contact.open, command.notice],
        lastDay: Math.max(contact.lastDay, command.notice.day),
      });
  }
}

/** A stop leaves a tombstone: no number, no language, no notice, only that nothing may be sent. */
function settle(contact: Contact): Contact {
  const { links, isStopped, sent, lastDay } = contact;
  if (isStopped) return { ...(links === undefined ? {} : { links }), isStopped, sent, open: [], lastDay };
  return { ...contact, open: newest(contact.open) };
}

/** The newest notices, in one order, each once. */
export function newest(notices: readonly Notice[]): readonly Notice[] {
  const byName = new Map<string, Notice>();
  for (const notice of notices) if (!byName.has(nameOf(notice))) byName.set(nameOf(notice), notice);
  return [...byName.values()].sort((a, b) => a.version - b.version || (a.from < b.from ? -1 : 1)).slice(-OPEN_MAX);
}

function newer(known: Choice | undefined, choice: Choice): Choice {
  if (known === undefined) return choice;
  const order = known.n - choice.n || known.day - choice.day;
  // Two wishes with one number on one day: any rule will do that does not depend on which came first.
  const isKnown = order === 0 ? JSON.stringify(known) >= JSON.stringify(choice) : order > 0;
  return isKnown ? known : choice;
}

export function nameOf({ from, version }: Pick<Notice, 'from' | 'version'>): string {
  return `${from}:${version}`;
}

/** The notices for which a text has to be waiting. */
export function wanted({ links, tail, choice, isStopped, open }: Contact): readonly Notice[] {
  return isStopped || links === undefined || tail === undefined || choice?.channel !== 'text' ? [] : open;
}

/** Nothing older than this can still arrive: a request whose slice never came, or a tombstone, has served. */
const NOTHING_OLDER_DAYS = 9;

/** In days, from the city's profile. */
export interface ContactClocks {
  readonly appealDays: number;
  readonly contactDays: number;
}

/** Days after the last news in which a contact is of use: the appeal that may follow, and what the profile adds. */
export function contactDaysOf({ appealDays, contactDays }: ContactClocks): number {
  return appealDays + contactDays;
}

/** The last day on which a contact is kept. `contactDays`: after the last news, the appeal window included. */
export function keptUntil(
  { links, isStopped, lastDay }: Pick<Contact, 'links' | 'isStopped' | 'lastDay'>,
  contactDays: number,
): number {
  return lastDay + (isStopped || links === undefined ? NOTHING_OLDER_DAYS : contactDays);
}

/** Whether nothing of a contact is wanted any more. `day`: days since 1970-01-01. */
export function isContactOver(contact: Contact, clocks: ContactClocks, day: number): boolean {
  return keptUntil(contact, contactDaysOf(clocks)) < day;
}

/** A piece of work: one text. The number is not in it: it is looked up when the text is sent. */
export interface TextWork {
  readonly handle: string;
  readonly from: Side;
  readonly version: number;
  /** Of the notice: what could not be sent in time is no news any more. */
  readonly day: number;
}

/** Whether a text is no news any more. `day`: days since 1970-01-01. */
export function isTextOver(text: Pick<TextWork, 'day'>, day: number): boolean {
  return text.day + NOTICE_DAYS < day;
}

/** What one contact wants texts for now, and for what it does so no more. */
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
