import type { HouseholdTokensV1 } from '#libs/contracts';
import { canonicalBytes } from '#libs/sealing';

/**
 * The values that a household may type so that a second application of the same home is noticed. They never leave the
 * device.
 */
export interface TypedForTokens {
  readonly calledBy?: string;
  readonly birthDay?: { readonly day: number; readonly month: number };
  readonly contact?: string;
  readonly dwelling?: string;
}

const NAME_BITS = 16;
const CONTACT_BITS = 20;
const DWELLING_BITS = 16;

/**
 * Cuts weak tokens under a cycle's public salt. They have so few bits that each fits many homes, but two of three
 * rarely agree by chance. The typed values are not kept.
 */
export async function cutTokens(typed: TypedForTokens, salt: Uint8Array): Promise<HouseholdTokensV1> {
  const tokens: HouseholdTokensV1 = {};
  if (typed.calledBy !== undefined && typed.birthDay !== undefined) {
    const { day, month } = typed.birthDay;
    tokens.nameAndDay = await cut(salt, 'name-and-day', `${soundOf(typed.calledBy)} ${day}.${month}`, NAME_BITS);
  }
  if (typed.contact !== undefined) {
    tokens.contact = await cut(salt, 'contact', normalContact(typed.contact), CONTACT_BITS);
  }
  if (typed.dwelling !== undefined) {
    tokens.dwelling = await cut(salt, 'dwelling', normalDwelling(typed.dwelling), DWELLING_BITS);
  }
  return tokens;
}

async function cut(salt: Uint8Array, kind: string, text: string, bits: number): Promise<number> {
  const digest = await crypto.subtle.digest('SHA-256', canonicalBytes('household-token/v1', [salt, kind, text]));
  return new DataView(digest).getUint32(0) >>> (32 - bits);
}

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{Mark}/gu, '')
    .toUpperCase();
}

/** The approximate sound of a name in Spanish and English spelling: Vázquez, Vasquez and Basques are equal. */
export function soundOf(name: string): string {
  return plain(name)
    .replaceAll(/[^\p{Letter}]/gu, '')
    .replaceAll('PH', 'F')
    .replaceAll('QU', 'K')
    .replaceAll('LL', 'Y')
    .replaceAll(/C(?=[EI])|Z/g, 'S')
    .replaceAll(/C(?!H)/g, 'K')
    .replaceAll('V', 'B')
    .replaceAll(/(?<!C)H/g, '')
    .replaceAll('Y', 'I')
    .replaceAll(/(.)\1+/gu, '$1');
}

/** A phone number by its last ten digits, or a mail address in lower case. */
export function normalContact(contact: string): string {
  if (contact.includes('@')) return contact.trim().toLowerCase();
  return contact.replaceAll(/\D/g, '').slice(-10);
}

const wordForms: Readonly<Record<string, string>> = {
  STREET: 'ST', AVENUE: 'AVE', AV: 'AVE', BOULEVARD: 'BLVD', DRIVE: 'DR', ROAD: 'RD', LANE: 'LN', PLACE: 'PL',
  COURT: 'CT', TERRACE: 'TER', NORTH: 'N', SOUTH: 'S', EAST: 'E', WEST: 'W', APARTMENT: '', APT: '', UNIT: '',
  SUITE: '', STE: '', DEPARTAMENTO: '', DEPTO: '',
}; // prettier-ignore

/** The address of a home in one spelling: `123 N. Main Street, Apt #4` and `123 North Main St 4` are equal. */
export function normalDwelling(dwelling: string): string {
  return plain(dwelling)
    .split(/[^\p{Letter}\p{Number}]+/u)
    .map((word) => wordForms[word] ?? word)
    .filter((word) => word !== '')
    .join(' ');
}
