import { describe, expect, it } from '@jest/globals';
import { apply, newContact, nameOf, type Contact, type Template } from './contact.js';
import { closed, step, textLanguages, textOf, type Limits } from './text.js';

const templates: readonly Template[] = ['update', 'ready', 'need', 'last'];

/** Words that no text may contain, in the languages of the texts. */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  en: [
    'program', 'programme', 'fund', 'funds', 'event', 'help', 'relief', 'aid', 'cash', 'money', 'dollar', 'dollars',
    'grant', 'payment', 'immigrant', 'immigration', 'raid', 'ice', 'family', 'families', 'household', 'approved',
    'denied', 'eligible', 'case', 'application', 'city', 'county', 'mayor', 'department', 'housing', 'welfare',
    'police', 'los', 'angeles', 'santa', 'ana', 'desk', 'amparo', 'http', 'www',
  ],
  es: [
    'programa', 'fondo', 'fondos', 'evento', 'ayuda', 'alivio', 'apoyo', 'asistencia', 'efectivo', 'dinero', 'dólar',
    'dólares', 'pago', 'subsidio', 'inmigrante', 'inmigración', 'migración', 'migra', 'redada', 'hielo', 'familia',
    'familias', 'hogar', 'aprobado', 'aprobada', 'negado', 'negada', 'denegado', 'denegada', 'caso', 'solicitud',
    'ciudad', 'condado', 'alcalde', 'alcaldesa', 'departamento', 'oficina', 'vivienda', 'policía', 'mesa',
  ],
}; // prettier-ignore

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}]+/gu) ?? [];

describe('every text', () => {
  const cases = textLanguages.flatMap((language) => templates.map((template) => [language, template] as const));

  it.each(cases)('in %s for %s reveals nothing, and fits into one', (language, template) => {
    const text = textOf(template, language, '7Q2');
    const all = Object.values(forbidden).flat();
    expect(wordsOf(text).filter((word) => all.includes(word))).toEqual([]);
    expect([...text].length).toBeLessThanOrEqual(140);
    // Some carriers add the name of the sender at the start.
    expect([...`City Services: ${text}`].length).toBeLessThanOrEqual(140);
    expect(text).not.toMatch(/[$€#]|\p{Extended_Pictographic}/u);
    expect(text).not.toMatch(/[a-z]\.[a-z]|\//i);
    expect(text.replace('7Q2', '').match(/\d+/g)).toEqual(template === 'last' ? ['7'] : null);
    expect(text.split('7Q2')).toHaveLength(2);
  });

  it('is refused if it reveals something', () => {
    expect(wordsOf('Your CASH is here').filter((word) => forbidden['en']?.includes(word))).toEqual(['cash']);
    expect(wordsOf('Su ayuda, por favor').filter((word) => forbidden['es']?.includes(word))).toEqual(['ayuda']);
  });

  it('is in Spanish for those who chose it, and in English for a language without texts', () => {
    expect(textOf('ready', 'es', 'ABC')).toBe(
      'Ya está listo lo de su número que termina en ABC. Traiga su número. Responda ALTO para terminar.',
    );
    expect(textOf('last', 'es-Latn', 'ABC')).toBe('El número que termina en ABC se cierra en 7 días.');
    for (const language of ['en', 'ko', 'zh-Hant', 'est']) {
      expect(textOf('need', language, 'ABC')).toBe(
        'We need one more thing for number ending ABC. Please ask at any location.',
      );
    }
    expect(textOf('update', 'en', 'ABC')).toBe(
      'There is an update for number ending ABC. Check any time with your number. Reply STOP to end.',
    );
  });
});

const today = 20_000;
const limits: Limits = { agingDay: today, sentMax: 6 };
const links = { eligibility: 'E', payments: 'P' };
const choice = { n: 0, day: today, channel: 'text', phone: '+10005550123', language: 'en' } as const;
const notice = { from: 'eligibility', version: 1, template: 'update', day: today } as const;

const given: Contact = [
  { type: 'give', day: today, links, tail: '7Q2', choice } as const,
  { type: 'notice', notice } as const,
].reduce(apply, newContact);

describe('a due text', () => {
  it('is sent to the number that was chosen, and counts before it leaves', () => {
    expect(step(given, notice, limits)).toEqual({
      type: 'send',
      to: '+10005550123',
      text: 'There is an update for number ending 7Q2. Check any time with your number. Reply STOP to end.',
      contact: { ...given, sent: 1, open: [{ ...notice, triedAs: 0 }] },
    });
  });

  it('is sent again unchanged, and counts once, when the carrier gave no clear answer', () => {
    const first = step(given, notice, limits);
    expect(step(first.contact, notice, limits)).toEqual(first);
  });

  it('is not sent to another number after the first sending, because it may have arrived', () => {
    const { contact } = step(given, notice, limits);
    const changed = apply(contact, { type: 'change', day: today, choice: { ...choice, n: 1, phone: '+10005550124' } });
    expect(step(changed, notice, limits)).toMatchObject({ type: 'drop', why: 'choice-changed', contact: { open: [] } });
  });

  it('goes to the newer number before the first sending', () => {
    const changed = apply(given, { type: 'change', day: today, choice: { ...choice, n: 1, phone: '+10005550124' } });
    expect(step(changed, notice, limits)).toMatchObject({ type: 'send', to: '+10005550124' });
  });

  it('is dropped after a stop, with the rest of the contact', () => {
    const stopped = apply(given, { type: 'stop', day: today });
    expect(stopped).toEqual({ links, isStopped: true, sent: 0, open: [], lastDay: today });
    expect(step(stopped, notice, limits)).toEqual({ type: 'drop', why: 'not-wanted', contact: stopped });
  });

  it.each(['none', 'call', 'email'] as const)('is not sent by %s', (channel) => {
    const changed = apply(given, {
      type: 'change',
      day: today,
      choice: { n: 1, day: today, channel, language: 'en' },
    });
    expect(step(changed, notice, limits)).toEqual({ type: 'drop', why: 'not-wanted', contact: changed });
  });

  it('is dropped when the case has had its largest number of texts', () => {
    const contact = { ...given, sent: 6 };
    expect(step(contact, notice, limits)).toEqual({ type: 'drop', why: 'enough', contact: { ...contact, open: [] } });
    expect(step({ ...given, sent: 5 }, notice, limits).type).toBe('send');
  });

  it('is dropped when its notice is too old', () => {
    expect(step(given, notice, { ...limits, agingDay: today + 7 }).type).toBe('send');
    expect(step(given, notice, { ...limits, agingDay: today + 8 })).toMatchObject({ type: 'drop', why: 'too-old' });
  });

  it('leaves its contact when it has ended', () => {
    expect(closed(given, notice).open).toEqual([]);
    expect(closed(given, { from: 'payments', version: 1 })).toEqual(given);
    expect(nameOf(notice)).toBe('eligibility:1');
  });
});
