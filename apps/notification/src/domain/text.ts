import { nameOf, NOTICE_DAYS, wanted, type Contact, type Notice, type Side, type Template } from './contact.js';

/** Another person may hold the phone. The texts have no program, no location, no amount and no name. */
const texts: Readonly<Record<'en' | 'es', Readonly<Record<Template, string>>>> = {
  en: {
    update: 'There is an update for number ending #. Check any time with your number. Reply STOP to end.',
    ready: 'Your item for number ending # is ready. Bring your number. Reply STOP to end.',
    need: 'We need one more thing for number ending #. Please ask at any location.',
    last: 'Number ending # will close in 7 days.',
  },
  es: {
    update:
      'Hay una novedad para el número que termina en #. Consulte cuando quiera con su número. ' +
      'Responda ALTO para terminar.',
    ready: 'Ya está listo lo de su número que termina en #. Traiga su número. Responda ALTO para terminar.',
    need: 'Falta una cosa para el número que termina en #. Pregunte en cualquier lugar.',
    last: 'El número que termina en # se cierra en 7 días.',
  },
};

export const textLanguages = Object.keys(texts);

/** The words of a text. A language without its own texts gets English. */
export function textOf(template: Template, language: string, tail: string): string {
  const words = /^es(-|$)/.test(language) ? texts.es : texts.en;
  return words[template].replace('#', tail);
}

export interface Occasion {
  readonly from: Side;
  readonly version: number;
}

export interface Limits {
  /** The day by which notices grow too old. It stands still while the clocks are in doubt. */
  readonly agingDay: number;
  /** The largest number of texts for one case. */
  readonly sentMax: number;
}

/** The next step for a due text, and the contact after it. */
export type Step =
  | { readonly type: 'send'; readonly to: string; readonly text: string; readonly contact: Contact }
  | { readonly type: 'drop'; readonly why: DropReason; readonly contact: Contact };

export type DropReason = 'not-wanted' | 'too-old' | 'enough' | 'choice-changed';

/**
 * Decides whether a text is sent. A text counts before its sending, because the answer may be lost. It is repeated for
 * the same phone only, because the first one may have arrived.
 */
export function step(contact: Contact, occasion: Occasion, { agingDay, sentMax }: Limits): Step {
  const notice = wanted(contact).find((open) => nameOf(open) === nameOf(occasion));
  const { choice, tail } = contact;
  if (notice === undefined || choice?.phone === undefined || tail === undefined) {
    return { type: 'drop', why: 'not-wanted', contact };
  }
  const without = closed(contact, occasion);
  if (notice.triedAs !== undefined && notice.triedAs !== choice.n) {
    return { type: 'drop', why: 'choice-changed', contact: without };
  }
  if (notice.day + NOTICE_DAYS < agingDay) return { type: 'drop', why: 'too-old', contact: without };
  if (notice.triedAs === undefined && contact.sent >= sentMax) return { type: 'drop', why: 'enough', contact: without };
  return {
    type: 'send',
    to: choice.phone,
    text: textOf(notice.template, choice.language, tail),
    contact: notice.triedAs === undefined ? tried(contact, notice, choice.n) : contact,
  };
}

function tried(contact: Contact, notice: Notice, n: number): Contact {
  const open = contact.open.map((each) => (each === notice ? { ...each, triedAs: n } : each));
  return { ...contact, open, sent: contact.sent + 1 };
}

/** The contact without a notice that has ended. */
export function closed(contact: Contact, occasion: Occasion): Contact {
  return { ...contact, open: contact.open.filter((open) => nameOf(open) !== nameOf(occasion)) };
}

/** The next steps for several due texts, one after the other, and the contacts after them. */
export function stepAll<T extends { readonly body: Occasion & { readonly householdRef: string } }>(
  due: readonly T[],
  contacts: ReadonlyMap<string, Contact>,
  limits: Limits,
): {
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly sends: readonly { readonly work: T; readonly to: string; readonly text: string }[];
  readonly drops: readonly { readonly work: T; readonly why: DropReason }[];
} {
  const after = new Map(contacts);
  const sends: { work: T; to: string; text: string }[] = [];
  const drops: { work: T; why: DropReason }[] = [];
  for (const work of due) {
    const { householdRef } = work.body;
    const contact = after.get(householdRef);
    const next = contact && step(contact, work.body, limits);
    if (next !== undefined) after.set(householdRef, next.contact);
    if (next?.type === 'send') sends.push({ work, to: next.to, text: next.text });
    else drops.push({ work, why: next?.why ?? 'not-wanted' });
  }
  return { contacts: after, sends, drops };
}

/** The contacts without notices that have ended. */
export function closeAll(
  over: readonly (Occasion & { readonly householdRef: string })[],
  contacts: ReadonlyMap<string, Contact>,
): ReadonlyMap<string, Contact> {
  const after = new Map(contacts);
  for (const occasion of over) {
    const contact = after.get(occasion.householdRef);
    if (contact !== undefined) after.set(occasion.householdRef, closed(contact, occasion));
  }
  return after;
}
