import { Controller } from '@nestjs/common';
import { handlersFor, applyAll, type BatchContext, type Handled, type SliceDelivery } from '#libs/bus';
import { dayNumber, payoutChosen, payoutSlice } from '#libs/contracts';
import { CityProfile } from '#libs/service';
import { keysOf } from '../domain/work.js';
import { DisbursementService, type Signed } from './disbursement.service.js';

const on = handlersFor('payments');

type Choice = SliceDelivery<typeof payoutChosen, typeof payoutSlice>;

/** Applies the signed payout choice of a household. */
@Controller()
export class OnPayoutChosen {
  constructor(
    private readonly disbursement: DisbursementService,
    private readonly city: CityProfile,
  ) {}

  @on.slice(payoutChosen, payoutSlice)
  handle(deliveries: readonly Choice[], { unit }: BatchContext<'payments'>): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: (delivery) => this.signedOf(delivery),
      apply: (signed) => this.disbursement.tell(signed, unit),
    });
  }

  private signedOf({ payload, household, slice, day }: Choice): Signed {
    const { lane, site } = payload;
    const isPresent = lane !== 'own-device';
    const told = { householdRef: household, day: dayNumber(day), keys: keysOf(slice) };
    if (!this.city.knows(payoutSlice, slice)) {
      return { ...told, command: { type: 'choose-unknown', n: 0, isPresent, site } };
    }
    return { ...told, command: { type: 'choose-payout', payout: { payoutMethod: slice.way, site }, isPresent } };
  }
}
