import { Controller } from '@nestjs/common';
import {
  handlersFor,
  parkFromDevice,
  takeAll,
  type BatchContext,
  type Handled,
  type Park,
  type SliceDelivery,
} from '#libs/bus';
import { dayNumber, payoutChosen, payoutSlice } from '#libs/contracts';
import { CityProfile } from '#libs/service';
import { PaymentDesk, type Work } from './payment-desk.js';
import { Pseudonyms } from './pseudonyms.js';

const on = handlersFor('payments');

type Choice = SliceDelivery<typeof payoutChosen, typeof payoutSlice>;

/** How a household wants to be paid, signed by itself. */
@Controller()
export class OnPayoutChosen {
  constructor(
    private readonly desk: PaymentDesk,
    private readonly pseudonyms: Pseudonyms,
    private readonly city: CityProfile,
  ) {}

  @on.slice(payoutChosen, payoutSlice)
  handle(deliveries: readonly Choice[], { unit }: BatchContext<'payments'>): Promise<readonly Handled[]> {
    return takeAll(deliveries, {
      translate: (delivery) => this.workOf(delivery),
      take: (works) => this.desk.take(works, unit),
    });
  }

  private workOf({ payload, household, slice, day }: Choice): Work | Park {
    const { way, receiptKey, linkToken, pickupCode, payee } = slice;
    if (!this.city.profile.ways.some(({ code }) => code === way)) return parkFromDevice('way-unknown');
    return {
      handle: household,
      day: dayNumber(day),
      keys: {
        receiptKey,
        linkToken,
        pickup: this.pseudonyms.pickupOf(pickupCode),
        payee: payee === undefined ? undefined : { payee: payee.payee, accountReference: payee.accountReference },
      },
      commands: [
        {
          type: 'choose-payout',
          payout: { way, site: payload.site },
          isPresent: payload.lane !== 'own-device',
        },
      ],
    };
  }
}
