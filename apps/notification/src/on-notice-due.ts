import { Controller } from '@nestjs/common';
import { handlersFor, applyAll, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, eligibilityNoticeDue, paymentsNoticeDue } from '#libs/contracts';
import { ContactService } from './contact.service.js';
import type { Side } from './domain/contact.js';

const on = handlersFor('notification');

/** There is news for a household: one text, if it wants texts. */
@Controller()
export class OnNoticeDue {
  constructor(private readonly contacts: ContactService) {}

  @on(eligibilityNoticeDue)
  eligibility(
    deliveries: readonly Delivery<typeof eligibilityNoticeDue>[],
    { unit }: BatchContext<'notification'>,
  ): Promise<readonly Handled[]> {
    return this.take('eligibility', deliveries, unit);
  }

  @on(paymentsNoticeDue)
  payments(
    deliveries: readonly Delivery<typeof paymentsNoticeDue>[],
    { unit }: BatchContext<'notification'>,
  ): Promise<readonly Handled[]> {
    return this.take('payments', deliveries, unit);
  }

  private take(
    from: Side,
    deliveries: readonly (Delivery<typeof eligibilityNoticeDue> | Delivery<typeof paymentsNoticeDue>)[],
    unit: BatchContext<'notification'>['unit'],
  ): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: ({ payload: { token, version, template }, day }) => ({
        token,
        notice: { from, version, template, day: dayNumber(day) },
      }),
      apply: (inputs) => this.contacts.take(inputs, unit),
    });
  }
}
