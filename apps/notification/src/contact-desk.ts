import { Inject, Injectable } from '@nestjs/common';
import type { Handled, UnitOfWork } from '#libs/bus';
import { ContactStore, type ContactInput } from './contact.store.js';

/** What came of opening a delivery: something for a contact, or a code to park it under. */
export type ContactItem = { readonly input: ContactInput } | { readonly park: string };

/** Takes a batch into the contacts, in one transaction. */
@Injectable()
export class ContactDesk {
  constructor(@Inject(ContactStore) private readonly contacts: ContactStore) {}

  async take(items: readonly ContactItem[], { tx }: UnitOfWork<'notification'>): Promise<readonly Handled[]> {
    await this.contacts.apply(
      tx,
      items.flatMap((item) => ('input' in item ? [item.input] : [])),
    );
    return items.map((item) =>
      'park' in item ? { status: 'park', code: item.park, isFromDevice: true } : { status: 'done' },
    );
  }
}
