import { Controller } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, grantAwarded } from '#libs/contracts';
import { DisbursementService, type Award } from './disbursement.service.js';

const on = handlersFor('payments');

type Awarded = Delivery<typeof grantAwarded>;

/** Makes one obligation for a grant, however often and in whatever order the message arrives. */
@Controller()
export class OnGrantAwarded {
  constructor(private readonly disbursement: DisbursementService) {}

  @on(grantAwarded)
  async handle(deliveries: readonly Awarded[], { unit }: BatchContext<'payments'>): Promise<readonly Handled[]> {
    await this.disbursement.award(deliveries.map(awardOf), unit);
    return deliveries.map(() => ({ status: 'done' }));
  }
}

function awardOf({ payload, day }: Awarded): Award {
  const { grant, household, kind, amountCents, needs, tier, serviceArea, stub } = payload;
  return {
    householdRef: household,
    grant: { grant, kind, amountCents: BigInt(amountCents), needs, tier, serviceArea, day: dayNumber(day) },
    decisionTrace: { ...stub },
  };
}
