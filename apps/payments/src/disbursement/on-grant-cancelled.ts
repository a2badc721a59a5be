import { Controller } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, grantCancelled } from '#libs/contracts';
import { DisbursementService } from './disbursement.service.js';

const on = handlersFor('payments');

/** Cancels a grant. */
@Controller()
export class OnGrantCancelled {
  constructor(private readonly disbursement: DisbursementService) {}

  @on(grantCancelled)
  async handle(
    deliveries: readonly Delivery<typeof grantCancelled>[],
    { unit }: BatchContext<'payments'>,
  ): Promise<readonly Handled[]> {
    await this.disbursement.cancel(
      deliveries.map(({ payload, day }) => ({ grant: payload.grant, day: dayNumber(day) })),
      unit,
    );
    return deliveries.map(() => ({ status: 'done' }));
  }
}
