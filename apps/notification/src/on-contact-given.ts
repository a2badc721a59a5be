import { Controller } from '@nestjs/common';
import { applyAll, handlersFor, type BatchContext, type Handled, type SliceDelivery } from '#libs/bus';
import { contactGiven, contactSlice, dayNumber } from '#libs/contracts';
import { CityProfile } from '#libs/service';
import { ContactService } from './contact.service.js';
import { choiceOf } from './domain/contact.js';

const on = handlersFor('notification');

/** Opens the contact slice of a household and applies it to its contact. */
@Controller()
export class OnContactGiven {
  constructor(
    private readonly contacts: ContactService,
    private readonly city: CityProfile,
  ) {}

  @on.slice(contactGiven, contactSlice)
  handle(
    deliveries: readonly SliceDelivery<typeof contactGiven, typeof contactSlice>[],
    { unit }: BatchContext<'notification'>,
  ): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: ({ household, slice, day: text }) => {
        const { eligibilityLink: eligibility, paymentsLink: payments, tail, contact } = slice;
        const day = dayNumber(text);
        const command = {
          type: 'give',
          day,
          links: { eligibility, payments },
          tail,
          choice: choiceOf({ ...contact, language: this.city.languageOf(contact.language) }, { n: 0, day }),
        } as const;
        return { householdRef: household, command };
      },
      apply: (inputs) => this.contacts.apply(inputs, unit),
    });
  }
}
