import { Injectable } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Records, type KindSpec } from '#libs/records';
import { bytes } from '#libs/sealing';
import type { Contact, ContactClocks, isContactOver } from './domain/contact.js';

const CONTACT = 'contact';

/** How households are reached, by their handle (base64url). */
@Injectable()
export class ContactRepository {
  constructor(private readonly records: Records) {}

  /** Those that are there; nobody else changes them until the transaction ends. */
  async lock(tx: Tx, handles: readonly string[]): Promise<ReadonlyMap<string, Contact>> {
    const records = await this.records.begin(tx);
    const unique = [...new Set(handles)];
    const found = await records.findForUpdate<Contact>(CONTACT, unique.map(bytes));
    return new Map(unique.flatMap((handle, at) => (found[at] === undefined ? [] : [[handle, found[at]]])));
  }

  /** As they are now; somebody may change them. */
  async find(tx: Tx, handles: readonly string[]): Promise<readonly Contact[]> {
    const found = await (await this.records.begin(tx)).find<Contact>(CONTACT, handles.map(bytes));
    return found.filter((contact) => contact !== undefined);
  }

  async save(tx: Tx, contacts: readonly (readonly [handle: string, contact: Contact])[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      CONTACT,
      contacts.map(([handle, body]) => ({ value: bytes(handle), body })),
    );
  }
}

/** @param isOver whether nothing of a contact is wanted any more */
export function contactKind(clocks: ContactClocks, isOver: typeof isContactOver): KindSpec {
  return {
    kind: CONTACT,
    sizeBytes: 1_536,
    work: false,
    isOver: (body, today) => isOver(body as Contact, clocks, dayNumber(today)),
  };
}
