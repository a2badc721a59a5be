import { Controller } from '@nestjs/common';
import { applyAll, handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { eligibilityOutcomePosted, paymentsOutcomePosted } from '#libs/contracts';
import { BoxService } from './box.service.js';

const on = handlersFor('intake');

/** Puts messages of other services into the box of their household. Intake cannot read them. */
@Controller()
export class OnOutcomePosted {
  constructor(private readonly boxes: BoxService) {}

  @on(eligibilityOutcomePosted)
  eligibility(
    deliveries: readonly Delivery<typeof eligibilityOutcomePosted>[],
    { unit }: BatchContext<'intake'>,
  ): Promise<readonly Handled[]> {
    return this.post(deliveries, unit);
  }

  @on(paymentsOutcomePosted)
  payments(
    deliveries: readonly Delivery<typeof paymentsOutcomePosted>[],
    { unit }: BatchContext<'intake'>,
  ): Promise<readonly Handled[]> {
    return this.post(deliveries, unit);
  }

  private post(
    deliveries: readonly (Delivery<typeof eligibilityOutcomePosted> | Delivery<typeof paymentsOutcomePosted>)[],
    { tx }: BatchContext<'intake'>['unit'],
  ): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: ({ payload: { box, version, lastDay, sealed } }) => ({ box, version, lastDay, sealed }),
      apply: (messages) => this.boxes.post(tx, messages),
    });
  }
}
