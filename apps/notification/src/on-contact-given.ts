import { Controller, Inject } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { contactGiven, contactSlice, dayNumber } from '#libs/contracts';
import { openSlice, RUNTIME, type Runtime } from '#libs/service';
import { ContactDesk, type ContactItem } from './contact-desk.js';
import { choiceOf } from './domain/contact.js';

const on = handlersFor('notification');

/** Opens how a household wants to be reached. */
@Controller()
export class OnContactGiven {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'notification'>,
    @Inject(ContactDesk) private readonly desk: ContactDesk,
  ) {}

  @on(contactGiven)
  handle(
    deliveries: readonly Delivery<typeof contactGiven>[],
    { unit }: BatchContext<'notification'>,
  ): Promise<readonly Handled[]> {
    return this.desk.take(
      deliveries.map(({ payload, day: text }): ContactItem => {
        const opened = openSlice(this.runtime.keyring, contactSlice, { day: text, sealed: payload.sealed });
        if (!opened.ok) return { park: opened.code };
        const { eligibilityLink: eligibility, paymentsLink: payments, tail, contact } = opened.payload;
        const day = dayNumber(text);
        const command = {
          type: 'give',
          day,
          links: { eligibility, payments },
          tail,
          choice: choiceOf(contact, { n: 0, day }),
        } as const;
        return { input: { handle: Buffer.from(opened.handle).toString('base64url'), command } };
      }),
      unit,
    );
  }
}
