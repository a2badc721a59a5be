import { Controller } from '@nestjs/common';
import { handlersFor, applyAll, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, presenceConfirmed } from '#libs/contracts';
import { CaseService } from './case.service.js';
import { PresenceService } from './presence.service.js';

const on = handlersFor('eligibility');

/** Somebody has seen a household that had applied from home. From now on it may read what was decided. */
@Controller()
export class OnPresenceConfirmed {
  constructor(
    private readonly presence: PresenceService,
    private readonly cases: CaseService,
  ) {}

  @on(presenceConfirmed)
  async handle(
    deliveries: readonly Delivery<typeof presenceConfirmed>[],
    { unit }: BatchContext<'eligibility'>,
  ): Promise<readonly Handled[]> {
    const found = await this.presence.confirm(
      unit.tx,
      deliveries.map(({ payload, day }) => ({ paymentsRef: payload.household, day })),
    );
    return applyAll(deliveries, {
      // A household whose facts are still to come is noted, and its case begins as one that was seen.
      translate: ({ day }, at) => {
        const householdRef = found[at];
        const command = { type: 'confirm-presence' } as const;
        return householdRef === undefined ? undefined : { householdRef, day: dayNumber(day), command };
      },
      apply: (inputs) => this.cases.apply(inputs, unit),
    });
  }
}
