import { Controller } from '@nestjs/common';
import { applyAll, handlersFor, park, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, grantAwarded } from '#libs/contracts';
import { CityProfile } from '#libs/service';
import { DisbursementService, type Award } from './disbursement.service.js';

const on = handlersFor('payments');

type Awarded = Delivery<typeof grantAwarded>;

/** Makes one obligation for a grant, however often and in whatever order the message arrives. */
@Controller()
export class OnGrantAwarded {
  constructor(
    private readonly disbursement: DisbursementService,
    private readonly city: CityProfile,
  ) {}

  @on(grantAwarded)
  handle(deliveries: readonly Awarded[], { unit }: BatchContext<'payments'>): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      // The ledger keeps these codes as long as it exists, so no other word may enter it.
      translate: (awarded) =>
        this.city.knows(grantAwarded, awarded.payload) ? awardOf(awarded) : park('code-unknown'),
      apply: (awards) => this.disbursement.award(awards, unit),
    });
  }
}

function awardOf({ payload, day }: Awarded): Award {
  const { grant, household, caseRef, kind, amountCents, needs, tier, serviceArea, stub } = payload;
  return {
    householdRef: household,
    caseRef,
    grant: { grant, kind, amountCents: BigInt(amountCents), needs, tier, serviceArea, day: dayNumber(day) },
    decisionTrace: { ...stub },
  };
}
