import { Injectable } from '@nestjs/common';
import { dayNumber, startOfHour } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { caseClocksOf, type Profile } from '#libs/policy';
import { bytes } from '#libs/sealing';
import { Records, type KindSpec, type RecordsTx, type Row } from '#libs/records';
import { CityProfile, Clock } from '#libs/service';
import {
  evolve,
  keptUntil,
  nameOf,
  newContact,
  newest,
  NOTICE_DAYS,
  wanted,
  type Contact,
  type ContactCommand,
  type Notice,
} from './domain/contact.js';
import { LockedLinks, tokensIn } from './link.store.js';

export type HouseholdCommand = Exclude<ContactCommand, { type: 'notice' }>;

export type ContactInput =
  { readonly handle: string; readonly command: HouseholdCommand } | { readonly token: string; readonly notice: Notice };

/** Work: one text. The number is not in it: it is looked up when the text is sent. */
export interface TextWork {
  readonly handle: string;
  readonly from: Notice['from'];
  readonly version: number;
  /** Of the notice, days since 1970-01-01: what could not be sent in time is no news any more. */
  readonly day: number;
}

const CONTACT = 'contact';
export const TEXT = 'text';

/** Contacts by the household's handle, links by their token, and a piece of work for every text that is to be sent. */
@Injectable()
export class ContactStore {
  private readonly contactDays: number;

  constructor(
    private readonly records: Records,
    private readonly clock: Clock,
    { profile }: CityProfile,
  ) {
    this.contactDays = contactDaysOf(profile);
  }

  /** Takes a batch in. Links are locked before contacts, so that a notice and a slice that meet wait for each other. */
  async apply(tx: Tx, inputs: readonly ContactInput[]): Promise<void> {
    const records = await this.records.begin(tx);
    const links = new LockedLinks(records);
    await links.load([...tokensOf(inputs), ...(await this.knownTokens(records, inputs))]);
    const works = inputs.map((input) => workOf(input, links));
    const contacts = await this.lock(
      tx,
      works.flatMap(({ handle }) => (handle === undefined ? [] : [handle])),
    );
    const before = new Map(contacts);
    for (const { handle, commands } of works) {
      if (handle === undefined) continue;
      const contact = contacts.get(handle);
      // A notice alone makes no contact: where there is none any more, the case has been forgotten.
      if (contact === undefined && commands.every(({ type }) => type === 'notice')) continue;
      contacts.set(handle, commands.reduce(evolve, contact ?? newContact));
    }
    await this.save(tx, before, contacts);
    for (const [handle, contact] of contacts) await links.keepFor(handle, contact, this.contactDays);
    await links.save();
  }

  /**
   * Contacts of these handles (base64url), locked until the transaction ends. Those that are not there are left out.
   */
  async lock(tx: Tx, handles: readonly string[]): Promise<Map<string, Contact>> {
    const records = await this.records.begin(tx);
    const unique = [...new Set(handles)];
    const found = await records.findForUpdate<Contact>(CONTACT, unique.map(bytes));
    return new Map(unique.flatMap((handle, at) => (found[at] === undefined ? [] : [[handle, found[at]]])));
  }

  /** Writes contacts, and makes the texts that are waiting those that they want. */
  async save(tx: Tx, before: ReadonlyMap<string, Contact>, after: ReadonlyMap<string, Contact>): Promise<void> {
    const records = await this.records.begin(tx);
    const changed = [...after].filter(([handle, contact]) => before.get(handle) !== contact);
    const rows = changed.map(([handle, body]) => ({ value: bytes(handle), body }));
    await records.save(CONTACT, rows);
    const due = startOfHour(this.clock.now());
    const fresh: Row[] = [];
    const gone: Uint8Array[] = [];
    for (const [handle, contact] of changed) {
      const was = before.get(handle) ?? newContact;
      const [had, has] = [namesOf(was), namesOf(contact)];
      for (const notice of wanted(contact).filter((each) => !had.has(nameOf(each)))) {
        const body: TextWork = { handle, from: notice.from, version: notice.version, day: notice.day };
        fresh.push({ value: textValue(contact, notice), body, due });
      }
      for (const notice of wanted(was).filter((each) => !has.has(nameOf(each)))) gone.push(textValue(was, notice));
    }
    await records.remove(TEXT, gone);
    await records.put(TEXT, fresh);
  }

  /**
   * The tokens of households that speak for themselves: what is kept under them may have to be kept shorter or longer.
   */
  private async knownTokens(records: RecordsTx, inputs: readonly ContactInput[]): Promise<readonly string[]> {
    const handles = inputs.flatMap((input) =>
      'handle' in input && input.command.type !== 'give' ? [input.handle] : [],
    );
    const found = await records.find<Contact>(CONTACT, handles.map(bytes));
    return found.flatMap((contact) => (contact?.links === undefined ? [] : tokensIn(contact.links)));
  }
}

interface Work {
  /** Undefined while nobody knows whose the notice is. */
  readonly handle: string | undefined;
  readonly commands: readonly ContactCommand[];
}

/** Whom an input is about, with what has been waiting for it; a notice of nobody known is put to wait. */
function workOf(input: ContactInput, links: LockedLinks): Work {
  if ('notice' in input) {
    const { token, notice } = input;
    const link = links.get(token);
    if (link?.handle !== undefined) return { handle: link.handle, commands: [{ type: 'notice', notice }] };
    const until = Math.max(link?.until ?? 0, notice.day + NOTICE_DAYS);
    links.set(token, { waiting: newest([...(link?.waiting ?? []), notice]), until });
    return { handle: undefined, commands: [] };
  }
  const { handle, command } = input;
  if (command.type !== 'give') return { handle, commands: [command] };
  const waiting = tokensIn(command.links).flatMap((token) => links.claim(token, handle));
  return { handle, commands: [command, ...waiting.map((notice) => ({ type: 'notice', notice }) as const)] };
}

function tokensOf(inputs: readonly ContactInput[]): readonly string[] {
  return inputs.flatMap((input) => {
    if ('notice' in input) return [input.token];
    return input.command.type === 'give' ? tokensIn(input.command.links) : [];
  });
}

function namesOf(contact: Contact): ReadonlySet<string> {
  return new Set(wanted(contact).map(nameOf));
}

/** A text is named by its link token and version, as the notice was. */
function textValue({ links }: Contact, { from, version }: Notice): Buffer {
  const value = Buffer.alloc(40);
  value.set(bytes(links?.[from] ?? ''));
  value.writeBigUInt64BE(BigInt(version), 32);
  return value;
}

/** Days after the last news in which a contact is of use: the appeal that may follow, and what the profile adds. */
export function contactDaysOf(profile: Profile): number {
  const { appealDays, contactDays } = caseClocksOf(profile);
  return appealDays + contactDays;
}

export function contactKinds(contactDays: number): readonly KindSpec[] {
  return [
    {
      kind: CONTACT,
      sizeBytes: 1_536,
      work: false,
      isOver: (body, today) => keptUntil(body as Contact, contactDays) < dayNumber(today),
    },
    {
      kind: TEXT,
      sizeBytes: 192,
      work: true,
      isOver: (body, today) => (body as TextWork).day + NOTICE_DAYS < dayNumber(today),
    },
  ];
}
