import { Controller } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, grantCancelled } from '#libs/contracts';
import { HouseholdStore } from './household.store.js';
import { PaymentDesk, type Work } from './payment-desk.js';

const on = handlersFor('payments');

/** Gives back what was reserved, as far as nothing has been sent. Final, also when the grant itself comes later. */
@Controller()
export class OnGrantCancelled {
  constructor(
    private readonly households: HouseholdStore,
    private readonly desk: PaymentDesk,
  ) {}

  @on(grantCancelled)
  async handle(
    deliveries: readonly Delivery<typeof grantCancelled>[],
    { unit }: BatchContext<'payments'>,
  ): Promise<readonly Handled[]> {
    const grants = deliveries.map(({ payload }) => payload.grant);
    const places = await this.households.grants(unit.tx, grants);
    const works = deliveries.flatMap(({ payload: { grant }, day }): Work[] => {
      const handle = places.get(grant)?.handle;
      return handle === undefined ? [] : [{ handle, day: dayNumber(day), commands: [{ type: 'cancel', grant }] }];
    });
    await this.households.saveGrants(
      unit.tx,
      new Map(grants.map((grant) => [grant, { handle: places.get(grant)?.handle, isCancelled: true }])),
    );
    await this.desk.take(works, unit);
    return deliveries.map(() => ({ status: 'done' }));
  }
}
