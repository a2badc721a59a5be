import { Controller } from '@nestjs/common';
import { applyAll, handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, eligibilityNoticeDue, paymentsNoticeDue } from '#libs/contracts';
import { ContactService } from './contact.service.js';
import type { Side } from './domain/contact.js';

const on = handlersFor('notification');

/** A service has news for a household. The household gets one text, if it wants texts. */
@Controller()
export class OnNoticeDue {
  constructor(private readonly contacts: ContactService) {}

  @on(eligibilityNoticeDue)
  eligibility(
    deliveries: readonly Delivery<typeof eligibilityNoticeDue>[],
    { unit }: BatchContext<'notification'>,
  ): Promise<readonly Handled[]> {
    return this.apply('eligibility', deliveries, unit);
  }

  @on(paymentsNoticeDue)
  payments(
    deliveries: readonly Delivery<typeof paymentsNoticeDue>[],
    { unit }: BatchContext<'notification'>,
  ): Promise<readonly Handled[]> {
    return this.apply('payments', deliveries, unit);
  }

  private apply(
    from: Side,
    deliveries: readonly (Delivery<typeof eligibilityNoticeDue> | Delivery<typeof paymentsNoticeDue>)[],
    unit: BatchContext<'notification'>['unit'],
  ): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: ({ payload: { token, version, template }, day }) => ({
        token,
        notice: { from, version, template, day: dayNumber(day) },
      }),
      apply: (inputs) => this.contacts.apply(inputs, unit),
    });
  }
}
