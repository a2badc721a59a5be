import { Controller } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, grantAwarded } from '#libs/contracts';
import { HouseholdStore, type GrantPlace } from './household.store.js';
import { PaymentDesk, type Work } from './payment-desk.js';
import { Pseudonyms } from './pseudonyms.js';

const on = handlersFor('payments');

/** A grant to pay: one obligation, however often and in whatever order it is told. */
@Controller()
export class OnGrantAwarded {
  constructor(
    private readonly households: HouseholdStore,
    private readonly desk: PaymentDesk,
    private readonly pseudonyms: Pseudonyms,
  ) {}

  @on(grantAwarded)
  async handle(
    deliveries: readonly Delivery<typeof grantAwarded>[],
    { unit }: BatchContext<'payments'>,
  ): Promise<readonly Handled[]> {
    const places = await this.households.grants(
      unit.tx,
      deliveries.map(({ payload }) => payload.grant),
    );
    await this.households.saveGrants(
      unit.tx,
      new Map(
        deliveries.map(({ payload }) => [
          payload.grant,
          { handle: payload.household, isCancelled: places.get(payload.grant)?.isCancelled ?? false },
        ]),
      ),
    );
    await this.desk.take(
      deliveries.map(({ payload, day }) => this.workOf(payload, dayNumber(day), places.get(payload.grant))),
      unit,
    );
    return deliveries.map(() => ({ status: 'done' }));
  }

  private workOf(payload: Delivery<typeof grantAwarded>['payload'], day: number, place: GrantPlace | undefined): Work {
    const { grant, household, kind, amountCents, needs, tier, serviceArea, stub } = payload;
    const obligation = this.pseudonyms.obligationOf(grant);
    return {
      handle: household,
      day,
      stubs: new Map([[obligation, { ...stub }]]),
      commands: [
        {
          type: 'award',
          grant: { grant, obligation, kind, amountCents: BigInt(amountCents), needs, tier, serviceArea, day },
          // The cancellation may have come first; it wins for good.
          isCancelled: place?.isCancelled ?? false,
        },
      ],
    };
  }
}
