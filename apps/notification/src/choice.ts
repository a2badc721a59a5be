import type { ContactChoiceV1 } from '#libs/contracts';
import type { Choice } from './domain/contact.js';

/** A choice as it is kept: what cannot be used yet, a number for calls or a mail address, is not held. */
export function choiceOf({ channel, phone, language }: ContactChoiceV1, { n, day }: Pick<Choice, 'n' | 'day'>): Choice {
  return { n, day, channel, language, ...(channel === 'text' && phone !== undefined ? { phone } : {}) };
}
