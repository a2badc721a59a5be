import { Controller, Inject } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, payoutChosen, payoutSlice } from '#libs/contracts';
import { toBase64url } from '#libs/sealing';
import { openSlice, RUNTIME, type Runtime } from '#libs/service';
import { PaymentDesk, type Work } from './payment-desk.js';
import { parkOrTake } from './taking.js';

const on = handlersFor('payments');

/** How a household wants to be paid, signed by itself. */
@Controller()
export class OnPayoutChosen {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'payments'>,
    @Inject(PaymentDesk) private readonly desk: PaymentDesk,
  ) {}

  @on(payoutChosen)
  handle(
    deliveries: readonly Delivery<typeof payoutChosen>[],
    { unit }: BatchContext<'payments'>,
  ): Promise<readonly Handled[]> {
    return parkOrTake(
      deliveries.map((delivery) => this.workOf(delivery)),
      (works) => this.desk.take(works, unit),
    );
  }

  private workOf({ payload, day }: Delivery<typeof payoutChosen>): Work | string {
    const opened = openSlice(this.runtime.keyring, payoutSlice, { day, sealed: payload.sealed });
    if (!opened.ok) return opened.code;
    const { way, receiptKey, linkToken, pickupCode, payee } = opened.payload;
    if (!this.runtime.profile.ways.some(({ code }) => code === way)) return 'way-unknown';
    return {
      handle: toBase64url(opened.handle),
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
