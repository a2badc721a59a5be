import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#libs/bus';
import { ContactStore, type ContactInput } from './contact.store.js';

/** Takes a batch into the contacts, in one transaction. */
@Injectable()
export class ContactDesk {
  constructor(private readonly contacts: ContactStore) {}

  take(inputs: readonly ContactInput[], { tx }: UnitOfWork<'notification'>): Promise<void> {
    return this.contacts.apply(tx, inputs);
  }
}
