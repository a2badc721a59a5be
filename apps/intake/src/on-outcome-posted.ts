import { Controller } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { eligibilityOutcomePosted, paymentsOutcomePosted } from '#libs/contracts';
import { BoxStore } from './box.store.js';

const on = handlersFor('intake');

/** Puts what the others say to a household into its box, unread. */
@Controller()
export class OnOutcomePosted {
  constructor(private readonly boxes: BoxStore) {}

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

  private async post(
    deliveries: readonly (Delivery<typeof eligibilityOutcomePosted> | Delivery<typeof paymentsOutcomePosted>)[],
    { tx }: BatchContext<'intake'>['unit'],
  ): Promise<readonly Handled[]> {
    await this.boxes.post(
      tx,
      deliveries.map(({ payload }) => ({ ...payload, box: Buffer.from(payload.box, 'base64url') })),
    );
    return deliveries.map(() => ({ status: 'done' }));
  }
}
