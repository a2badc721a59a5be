import { Controller, Inject } from '@nestjs/common';
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
import { toBase64url } from '#libs/sealing';
import { RUNTIME, type Runtime } from '#libs/service';
import { PaymentDesk, type Work } from './payment-desk.js';

const on = handlersFor('payments');

type Choice = SliceDelivery<typeof payoutChosen, typeof payoutSlice>;

/** How a household wants to be paid, signed by itself. */
@Controller()
export class OnPayoutChosen {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'payments'>,
    @Inject(PaymentDesk) private readonly desk: PaymentDesk,
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
    if (!this.runtime.profile.ways.some(({ code }) => code === way)) return parkFromDevice('way-unknown');
    return {
      handle: household,
      day: dayNumber(day),
      keys: {
        receiptKey,
        linkToken,
        pickup: toBase64url(this.runtime.keyed('pick-up', pickupCode)),
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
