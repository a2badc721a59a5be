import { dayNumbered } from '#libs/contracts';
import type { HeldRecord } from '#libs/records';

/** Words for the codes of a city: `FOD` is "Food and baby supplies". */
export type CodeWords = ReadonlyMap<string, string>;

/** Fields whose name alone says little to a person. A field without an entry is shown by its own words. */
const names: Readonly<Record<string, string>> = {
  afterAppeal: 'number of the appeal before the verdict',
  amountCents: 'amount',
  areaFit: 'place in the area',
  areaName: 'service area',
  around: 'what else is known',
  bands: 'persons by age',
  endedDay: 'day of the end',
  how: 'end',
  isPresent: 'somebody has seen the household',
  isSeen: 'somebody has seen the household',
  isStopped: 'texts are stopped',
  isUnseenOver: 'the time to be seen is over',
  isWithdrawn: 'withdrawn by the household',
  items: 'code',
  keys: 'key',
  lastDay: 'day of the last message',
  n: 'number of the request',
  open: 'waiting notice',
  over64: 'older than 64',
  ownDay: 'day of the last message of the household',
  said: 'last report',
  sent: 'texts sent',
  tail: 'end of the receipt',
  to17: 'from 6 to 17',
  to5: 'up to 5',
  to64: 'from 18 to 64',
  triedAs: 'request under which it was sent',
  until: 'last day',
  way: 'payout method',
};

const DAY_FIELDS = /^(?:day|until|unseenSince)$|Day$/;
const CENTS_FIELDS = /Cents$/;
const PACKED = /^(\d+)n$/;
const REFERENCE = /^[\w-]{43}$/;
const months = 'January February March April May June July August September October November December'.split(' ');

/** A held record in sentences for a person. Nothing is left out and nothing is shown as it is packed. */
export function heldText({ kind, value, body }: HeldRecord, words: CodeWords): readonly string[] {
  const name = Buffer.from(value).toString('base64url');
  return [`Record of the kind ${kind}, named ${name}.`, ...sentences([], body, words).map((line) => `  ${line}`)];
}

function sentences(path: readonly string[], value: unknown, words: CodeWords): readonly string[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [said(path, ' is empty')];
    if (value.every(isPlain)) {
      const list = value.map((each) => plain(path.at(-1) ?? '', each, words)).join(', ');
      return [said(path, value.length === 1 ? ` is ${list}` : ` are ${list}`)];
    }
    const [before, last] = [path.slice(0, -1), path.at(-1) ?? 'part'];
    return value.flatMap((each, at) => sentences([...before, `${last} ${at + 1}`], each, words));
  }
  if (typeof value === 'boolean') return [said(path, value ? ': yes' : ': no')];
  if (isPlain(value)) return [said(path, ` is ${plain(path.at(-1) ?? '', value, words)}`)];
  const fields = Object.entries(value as object);
  if (fields.length === 0) return [said(path, ' is empty')];
  return fields.flatMap(([field, inner]) => sentences([...path, field], inner, words));
}

/** `Grants 1: the amount is $250.00.` or `State: withdrawn: yes.` */
function said(path: readonly string[], predicate: string): string {
  const [last = 'content', ...outer] = path.map(labelOf).toReversed();
  const where = outer.toReversed().join(', ');
  const subject = predicate.startsWith(':') ? last : `the ${last}`;
  return `${capital(where === '' ? subject : `${where}: ${subject}`)}${predicate}.`;
}

function labelOf(field: string): string {
  const [, name = field, number = ''] = /^(.*?)( \d+)?$/.exec(field) ?? [];
  const bare = /^is[A-Z]/.test(name) ? name.slice(2) : name;
  const label = names[name] ?? bare.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  return `${label}${number}`;
}

type Plain = string | number | boolean | null | undefined;

function plain(field: string, value: Plain, words: CodeWords): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (DAY_FIELDS.test(field)) return dayText(value);
  const [, packed] = typeof value === 'string' ? (PACKED.exec(value) ?? []) : [];
  if (CENTS_FIELDS.test(field)) return amountText(packed ?? String(value));
  if (packed !== undefined) return packed;
  if (typeof value === 'number') return String(value);
  const text = String(value);
  if (/^sealed/i.test(field)) return `sealed to the household, who alone can open it (${text.length} characters)`;
  const word = words.get(text);
  if (word !== undefined) return `${word} (${text})`;
  return REFERENCE.test(text) ? `the reference ${text}` : text;
}

/** Days since 1970-01-01, or `YYYY-MM-DD`, as 18 November 2026. */
function dayText(value: Plain): string {
  if (value === 0 || value === '0') return 'no day';
  const day = typeof value === 'number' ? dayNumbered(value) : String(value);
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  return year === undefined ? day : `${Number(date)} ${months[Number(month) - 1]} ${year}`;
}

function amountText(cents: string): string {
  const digits = cents.padStart(3, '0');
  const dollars = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `$${dollars}.${digits.slice(-2)}`;
}

/** A body with its packed numbers as decimal strings, for programs. */
export function plainBody(body: object): unknown {
  return JSON.parse(JSON.stringify(body), (_field, value: unknown) =>
    typeof value === 'string' ? value.replace(PACKED, '$1') : value,
  );
}

function isPlain(value: unknown): value is Plain {
  return typeof value !== 'object' || value === null;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Reads the words of a city's codes from its profile. What has no words there is shown as it is. */
export function codeWordsOf(profile: unknown): CodeWords {
  const found = new Map<string, string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(look);
    if (typeof value !== 'object' || value === null) return;
    const fields = value as Readonly<Record<string, unknown>>;
    const word = fields['en'] ?? fields['publicName'] ?? fields['name'] ?? fields['what'];
    if (typeof fields['code'] === 'string' && typeof word === 'string') found.set(fields['code'], word);
    Object.values(fields).forEach(look);
  };
  look(profile);
  return found;
}
