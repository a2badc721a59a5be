import { randomBytes } from 'node:crypto';

import type { AnyDelivery } from '#libs/bus/testing';
import {
  canonicalJson,
  commandBytes,
  contactGiven,
  contactSlice,
  dayOf,
  eligibilityNoticeDue,
  encodePayload,
  message,
  notificationRequest,
  notificationRequestFiled,
  paymentsNoticeDue,
  type ContactChoiceV1,
  type NotificationRequestV1,
  type SealedContract,
} from '#libs/contracts';
import {
  deriveHousehold,
  hex,
  newReceipt,
  receiptTail,
  sealTo,
  sliceBinding,
  toBase64url,
  type Household,
} from '#libs/sealing';
import { LeaseHolder } from '#libs/records';
import { CityProfile, OneByOne, type Clock } from '#libs/service';

import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import type { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { ContactService } from '../src/contact.service.js';
import { NotificationModule, notification } from '../src/notification.module.js';
import { Pseudonyms } from '../src/pseudonyms.js';
import { TextRepository } from '../src/text.repository.js';
import { TextService } from '../src/text.service.js';
import { TextWorker } from '../src/text.worker.js';

export const today = (): string => dayOf(new Date());

/** A worker that runs only when a test calls it. */
export class QuietTextWorker extends TextWorker {
  override onApplicationBootstrap(): void {}
}

export function openNotification(
  keyrings: TestKeyrings,
  env: Readonly<Record<string, string>>,
  clock?: Clock,
  gate?: 'real',
): Promise<ServiceUnderTest<'notification'>> {
  return ServiceUnderTest.open(notification, {
    keyrings,
    module: NotificationModule,
    env,
    instead: [[TextWorker, QuietTextWorker]],
    ...(clock === undefined ? {} : { clock }),
    ...(gate === undefined ? {} : { gate }),
  });
}

/** The texts of another process on the same database, with its own lease number. */
export function textsOf(service: ServiceUnderTest<'notification'>, leases = service.get(LeaseHolder)): TextService {
  const { bus, clock } = service;
  return new TextService(
    bus.transactions,
    service.get(TextRepository),
    service.get(ContactService),
    leases,
    service.get(Pseudonyms),
    clock,
    service.get(CityProfile),
    service.get(OneByOne),
  );
}

export const byText = (phone: string, language = 'en'): ContactChoiceV1 => ({
  channel: 'text',
  phone,
  leaveMessage: false,
  language,
});
export const notAtAll: ContactChoiceV1 = { channel: 'none', leaveMessage: false, language: 'en' };

/** One household, and the messages that notification gets from it and about it. */
export class Sender {
  private constructor(
    private readonly keyrings: TestKeyrings,
    readonly household: Household,
    readonly tail: string,
  ) {}

  static async create(keyrings: TestKeyrings): Promise<Sender> {
    const receipt = newReceipt();
    return new Sender(keyrings, await deriveHousehold(receipt), receiptTail(receipt));
  }

  get householdRef(): string {
    return toBase64url(this.household.at.notification.householdRef);
  }

  private get links() {
    const { eligibility, payments } = this.household.linkTokens;
    return { eligibilityLink: toBase64url(eligibility), paymentsLink: toBase64url(payments), tail: this.tail };
  }

  async gives(contact: ContactChoiceV1, forgery: object = {}): Promise<AnyDelivery> {
    const sealed = await this.seal(
      contactSlice,
      {
        commandKey: toBase64url(this.household.at.notification.commandKey),
        ...this.links,
        contact,
      },
      forgery,
    );
    return message(contactGiven, today(), { submission: toBase64url(randomBytes(32)), sealed });
  }

  /** A change that also stands for a contact slice that was never sent. */
  asksInFull(n: number, contact: ContactChoiceV1): Promise<AnyDelivery> {
    return this.asks({ kind: 'contact-change', n, contact, ...this.links });
  }

  async asks(
    wish: Omit<NotificationRequestV1, 'commandKey' | 'signature'>,
    forgery: object = {},
  ): Promise<AnyDelivery> {
    const commandKey = toBase64url(this.household.at.notification.commandKey);
    const sealed = await this.seal(notificationRequest, { ...wish, commandKey }, forgery);
    return message(notificationRequestFiled, today(), { request: toBase64url(randomBytes(32)), sealed });
  }

  notice(from: 'eligibility' | 'payments', version: number, template: 'update' | 'ready' = 'update'): AnyDelivery {
    const token = toBase64url(this.household.linkTokens[from]);
    return from === 'eligibility'
      ? message(eligibilityNoticeDue, today(), { token, version, template })
      : message(paymentsNoticeDue, today(), { token, version, template });
  }

  /** @param forgery fields that are changed after the signature */
  private async seal(contract: SealedContract, payload: object, forgery: object): Promise<string> {
    const day = today();
    const signature = await this.household.at.notification.sign(commandBytes(contract, day, payload));
    const key = this.keyrings.directory().dayKeyOf('notification', day);
    if (key === undefined) throw new Error('no day key');
    const sealed = await sealTo({
      recipientKey: key.publicKey,
      ...sliceBinding(contract, day),
      plaintext: encodePayload(contract, { ...payload, signature: toBase64url(signature), ...forgery }),
    });
    return toBase64url(sealed);
  }
}

/** All records, opened and sorted. */
export function keptBy(
  service: ServiceUnderTest<'notification'>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  return service.bus.transaction(async ({ tx }) => {
    const records = await service.records.begin(tx);
    const kept: Record<string, readonly string[]> = {};
    for (const kind of ['contact', 'link', 'text', 'parked', 'later']) {
      const rows = await records.scan(kind, 1_000);
      kept[kind] = rows.map(({ value, body }) => `${hex(value)} ${canonicalJson(body)}`).sort();
    }
    return kept;
  });
}
