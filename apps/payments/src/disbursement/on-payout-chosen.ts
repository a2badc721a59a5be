import { Controller } from '@nestjs/common';
import {
  handlersFor,
  parkFromDevice,
  applyAll,
  type BatchContext,
  type Handled,
  type Park,
  type SliceDelivery,
} from '#libs/bus';
import { dayNumber, payoutChosen, payoutSlice } from '#libs/contracts';
import { keysOf } from '../domain/work.js';
import { DisbursementService, type Signed } from './disbursement.service.js';

const on = handlersFor('payments');

type Choice = SliceDelivery<typeof payoutChosen, typeof payoutSlice>;

/** Applies the signed payout choice of a household. */
@Controller()
export class OnPayoutChosen {
  constructor(private readonly disbursement: DisbursementService) {}

  @on.slice(payoutChosen, payoutSlice)
  handle(deliveries: readonly Choice[], { unit }: BatchContext<'payments'>): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: (delivery) => this.signedOf(delivery),
      apply: (signed) => this.disbursement.tell(signed, unit),
    });
  }

  private signedOf({ payload, household, slice, day }: Choice): Signed | Park {
    const { way } = slice;
    if (!this.disbursement.isOffered(way)) return parkFromDevice('payout-method-unknown');
    return {
      householdRef: household,
      day: dayNumber(day),
      keys: keysOf(slice),
      command: {
        type: 'choose-payout',
        payout: { payoutMethod: way, site: payload.site },
        isPresent: payload.lane !== 'own-device',
      },
    };
  }
}
