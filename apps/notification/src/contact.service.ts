import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#libs/bus';
import { startOfHour } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { CityProfile, Clock } from '#libs/service';
import { ContactRepository } from './contact.repository.js';
import { contactDaysOf, newContact, textChanges, type Contact } from './domain/contact.js';
import { findHouseholds, keepLinks, takeIn, tokensIn, tokensOf, type ContactInput } from './domain/links.js';
import { LinkRepository } from './link.repository.js';
import { TextRepository, type WantedText } from './text.repository.js';

/**
 * Takes what is said about households into their contacts, and keeps a text waiting for all that they want to hear
 * of.
 */
@Injectable()
export class ContactService {
  private readonly contactDays: number;

  constructor(
    private readonly contacts: ContactRepository,
    private readonly links: LinkRepository,
    private readonly texts: TextRepository,
    private readonly clock: Clock,
    { clocks }: CityProfile,
  ) {
    this.contactDays = contactDaysOf(clocks);
  }

  /** Takes a batch in. Links are locked before contacts, so that a notice and a slice that meet wait for each other. */
  async take(inputs: readonly ContactInput[], { tx }: UnitOfWork<'notification'>): Promise<void> {
    const before = await this.links.lock(tx, [...tokensOf(inputs), ...(await this.knownTokens(tx, inputs))]);
    const { works, links } = findHouseholds(inputs, before);
    const present = await this.contacts.lock(
      tx,
      works.map(({ handle }) => handle),
    );
    const contacts = takeIn(works, present);
    await this.save(tx, present, contacts);
    // A notice may have led to a household whose other link is not locked yet.
    const others = [...contacts.values()].flatMap((contact) =>
      contact.links === undefined ? [] : tokensIn(contact.links).filter((token) => !links.has(token)),
    );
    const more = await this.links.lock(tx, others);
    const after = keepLinks(contacts, new Map([...links, ...more]), this.contactDays);
    await this.links.save(
      tx,
      [...after].filter(([token, link]) => link !== (before.get(token) ?? more.get(token))),
    );
  }

  /** Contacts of these handles (base64url); nobody else changes them until the transaction ends. */
  lock(tx: Tx, handles: readonly string[]): Promise<ReadonlyMap<string, Contact>> {
    return this.contacts.lock(tx, handles);
  }

  /** Writes contacts, and makes the texts that are waiting those that they want. */
  async save(tx: Tx, before: ReadonlyMap<string, Contact>, after: ReadonlyMap<string, Contact>): Promise<void> {
    const changed = [...after].filter(([handle, contact]) => before.get(handle) !== contact);
    await this.contacts.save(tx, changed);
    const fresh: WantedText[] = [];
    const gone: WantedText[] = [];
    for (const [handle, contact] of changed) {
      const was = before.get(handle) ?? newContact;
      const changes = textChanges(was, contact);
      fresh.push(...changes.fresh.map((notice) => ({ handle, links: contact.links, notice })));
      gone.push(...changes.gone.map((notice) => ({ handle, links: was.links, notice })));
    }
    await this.texts.remove(tx, gone);
    await this.texts.add(tx, fresh, startOfHour(this.clock.now()));
  }

  /**
   * The tokens of households that speak for themselves: what is kept under them may have to be kept shorter or
   * longer.
   */
  private async knownTokens(tx: Tx, inputs: readonly ContactInput[]): Promise<readonly string[]> {
    const handles = inputs.flatMap((input) =>
      'handle' in input && input.command.type !== 'give' ? [input.handle] : [],
    );
    const found = await this.contacts.find(tx, handles);
    return found.flatMap(({ links }) => (links === undefined ? [] : tokensIn(links)));
  }
}
