import { Injectable } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Records, type KindSpec } from '#libs/records';
import { bytes } from '#libs/sealing';
import type { Contact, ContactClocks, isContactOver } from './domain/contact.js';

const CONTACT = 'contact';

/** The contacts of households, by their household reference (base64url). */
@Injectable()
export class ContactRepository {
  constructor(private readonly records: Records) {}

  /** The existing contacts. They stay locked until the transaction ends. */
  async lock(tx: Tx, householdRefs: readonly string[]): Promise<ReadonlyMap<string, Contact>> {
    const records = await this.records.begin(tx);
    const unique = [...new Set(householdRefs)];
    const found = await records.findForUpdate<Contact>(CONTACT, unique.map(bytes));
    return new Map(unique.flatMap((householdRef, at) => (found[at] === undefined ? [] : [[householdRef, found[at]]])));
  }

  /** The existing contacts, without a lock. */
  async find(tx: Tx, householdRefs: readonly string[]): Promise<readonly Contact[]> {
    const found = await (await this.records.begin(tx)).find<Contact>(CONTACT, householdRefs.map(bytes));
    return found.filter((contact) => contact !== undefined);
  }

  async save(tx: Tx, contacts: readonly (readonly [householdRef: string, contact: Contact])[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      CONTACT,
      contacts.map(([householdRef, body]) => ({ value: bytes(householdRef), body })),
    );
  }
}

/** @param isOver whether a contact has outlived its clocks */
export function contactKind(clocks: ContactClocks, isOver: typeof isContactOver): KindSpec {
  return {
    kind: CONTACT,
    sizeBytes: 1_536,
    work: false,
    isOver: (body, today) => isOver(body as Contact, clocks, dayNumber(today)),
  };
}
