import { Controller, Inject } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, notificationRequest, notificationRequestFiled, type NotificationRequestV1 } from '#libs/contracts';
import { openSlice, RUNTIME, type Runtime } from '#libs/service';
import { ContactDesk, type ContactItem } from './contact-desk.js';
import type { HouseholdCommand } from './contact.store.js';
import { choiceOf } from './domain/contact.js';

const on = handlersFor('notification');

/** Another number, no more texts, or "my phone is not safe": signed by the household, in any order. */
@Controller()
export class OnNotificationRequestFiled {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'notification'>,
    @Inject(ContactDesk) private readonly desk: ContactDesk,
  ) {}

  @on(notificationRequestFiled)
  handle(
    deliveries: readonly Delivery<typeof notificationRequestFiled>[],
    { unit }: BatchContext<'notification'>,
  ): Promise<readonly Handled[]> {
    return this.desk.take(
      deliveries.map(({ payload, day }): ContactItem => {
        const opened = openSlice(this.runtime.keyring, notificationRequest, { day, sealed: payload.sealed });
        if (!opened.ok) return { park: opened.code };
        const command = commandOf(opened.payload, dayNumber(day));
        if (command === undefined) return { park: 'request-incomplete' };
        return { input: { handle: Buffer.from(opened.handle).toString('base64url'), command } };
      }),
      unit,
    );
  }
}

function commandOf({ kind, n, contact }: NotificationRequestV1, day: number): HouseholdCommand | undefined {
  switch (kind) {
    case 'contact-change':
      return contact && { type: 'change', day, choice: choiceOf(contact, { n, day }) };
    case 'stop':
    case 'unsafe':
      return { type: 'stop', day };
  }
}
