import { Controller } from '@nestjs/common';
import { applyAll, handlersFor, park, type BatchContext, type Handled, type SliceDelivery } from '#libs/bus';
import { dayNumber, notificationRequest, notificationRequestFiled, type NotificationRequestV1 } from '#libs/contracts';
import { CityProfile } from '#libs/service';
import { ContactService } from './contact.service.js';
import { choiceOf } from './domain/contact.js';
import type { HouseholdCommand } from './domain/links.js';

const on = handlersFor('notification');

/** A change of contact, a stop, or a phone that is not safe. The household signs them, and they arrive in any order. */
@Controller()
export class OnNotificationRequestFiled {
  constructor(
    private readonly contacts: ContactService,
    private readonly city: CityProfile,
  ) {}

  @on.slice(notificationRequestFiled, notificationRequest)
  handle(
    deliveries: readonly SliceDelivery<typeof notificationRequestFiled, typeof notificationRequest>[],
    { unit }: BatchContext<'notification'>,
  ): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: ({ household, slice, day }) => {
        const command = this.commandOf(slice, dayNumber(day));
        return command === undefined ? park('request-incomplete') : { householdRef: household, command };
      },
      apply: (inputs) => this.contacts.apply(inputs, unit),
    });
  }

  private commandOf(request: NotificationRequestV1, day: number): HouseholdCommand | undefined {
    const { kind, n, contact, eligibilityLink: eligibility, paymentsLink: payments, tail } = request;
    switch (kind) {
      case 'contact-change': {
        if (contact === undefined) return undefined;
        const language = this.city.languageOf(contact.language);
        const choice = choiceOf({ ...contact, language }, { n, day });
        const isWhole = eligibility !== undefined && payments !== undefined && tail !== undefined;
        return isWhole
          ? { type: 'give', day, links: { eligibility, payments }, tail, choice }
          : { type: 'change', day, choice };
      }
      case 'stop':
      case 'unsafe':
        return { type: 'stop', day };
    }
  }
}
