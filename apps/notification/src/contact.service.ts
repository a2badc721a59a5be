import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#libs/bus';
import { startOfHour, type Day } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { DestructionGate } from '#libs/records';
import { CityProfile, Clock } from '#libs/service';
import { ContactRepository } from './contact.repository.js';
import { contactDaysOf, newContact, textChanges, type Contact } from './domain/contact.js';
import { findHouseholds, keepLinks, applyWorks, tokensIn, tokensOf, type ContactInput } from './domain/links.js';
import { LinkRepository } from './link.repository.js';
import { TextRepository, type WantedText } from './text.repository.js';

/** Applies messages about households to their contacts, and keeps one text waiting for each wanted notice. */
@Injectable()
export class ContactService {
  private readonly contactDays: number;

  constructor(
    private readonly contacts: ContactRepository,
    private readonly links: LinkRepository,
    private readonly texts: TextRepository,
    private readonly clock: Clock,
    private readonly gate: DestructionGate,
    { clocks }: CityProfile,
  ) {
    this.contactDays = contactDaysOf(clocks);
  }

  /** Applies a batch. It locks links before contacts, so that a notice and a slice that meet wait for each other. */
  async apply(inputs: readonly ContactInput[], { tx }: UnitOfWork<'notification'>): Promise<void> {
    const before = await this.links.lock(tx, [...tokensOf(inputs), ...(await this.knownTokens(tx, inputs))]);
    const { works, links } = findHouseholds(inputs, before);
    const present = await this.contacts.lock(
      tx,
      works.map(({ householdRef }) => householdRef),
    );
    const contacts = applyWorks(works, present);
    await this.save(tx, present, contacts);
    // A notice can lead to a household whose other link is not locked yet.
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

  /** The contacts of these household references (base64url). They stay locked until the transaction ends. */
  lock(tx: Tx, householdRefs: readonly string[]): Promise<ReadonlyMap<string, Contact>> {
    return this.contacts.lock(tx, householdRefs);
  }

  /** The day by which notices grow too old. */
  agingDay(tx: Tx): Promise<Day> {
    return this.gate.agingDay(tx);
  }

  /** Writes contacts, and adds and removes waiting texts to match them. */
  async save(tx: Tx, before: ReadonlyMap<string, Contact>, after: ReadonlyMap<string, Contact>): Promise<void> {
    const changed = [...after].filter(([householdRef, contact]) => before.get(householdRef) !== contact);
    await this.contacts.save(tx, changed);
    const fresh: WantedText[] = [];
    const gone: WantedText[] = [];
    for (const [householdRef, contact] of changed) {
      const was = before.get(householdRef) ?? newContact;
      const changes = textChanges(was, contact);
      fresh.push(...changes.fresh.map((notice) => ({ householdRef, links: contact.links, notice })));
      gone.push(...changes.gone.map((notice) => ({ householdRef, links: was.links, notice })));
    }
    await this.texts.remove(tx, gone);
    await this.texts.add(tx, fresh, startOfHour(this.clock.now()));
  }

  /** The tokens of households that send a request themselves. A request can change how long a link is kept. */
  private async knownTokens(tx: Tx, inputs: readonly ContactInput[]): Promise<readonly string[]> {
    const householdRefs = inputs.flatMap((input) =>
      'householdRef' in input && input.command.type !== 'give' ? [input.householdRef] : [],
    );
    const found = await this.contacts.find(tx, householdRefs);
    return found.flatMap(({ links }) => (links === undefined ? [] : tokensIn(links)));
  }
}
