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
import { dayNumber, paymentsRequest, paymentsRequestFiled, type PaymentsRequestV1 } from '#libs/contracts';
import { CityProfile } from '#libs/service';
import type { HouseholdCommand } from './domain/household.js';
import type { HouseholdKeys } from './household.store.js';
import { PaymentDesk, type Work } from './payment-desk.js';
import { Pseudonyms } from './pseudonyms.js';

const on = handlersFor('payments');

type Request = SliceDelivery<typeof paymentsRequestFiled, typeof paymentsRequest>;

/** Another way to be paid, or a presence: signed by the household, in any order. */
@Controller()
export class OnPaymentsRequestFiled {
  constructor(
    private readonly desk: PaymentDesk,
    private readonly pseudonyms: Pseudonyms,
    private readonly city: CityProfile,
  ) {}

  @on.slice(paymentsRequestFiled, paymentsRequest)
  handle(deliveries: readonly Request[], { unit }: BatchContext<'payments'>): Promise<readonly Handled[]> {
    return takeAll(deliveries, {
      translate: (delivery) => this.workOf(delivery),
      take: (works) => this.desk.take(works, unit),
    });
  }

  private workOf({ payload, household, slice, day }: Request): Work | Park {
    const command = this.commandOf(slice, payload);
    if (typeof command === 'string') return parkFromDevice(command);
    const keys = this.keysOf(slice);
    return { handle: household, day: dayNumber(day), commands: [command], ...(keys === undefined ? {} : { keys }) };
  }

  /** Everything that the first choice had, where a household tells again how to be paid. */
  private keysOf({ receiptKey, linkToken, pickupCode, payee }: PaymentsRequestV1): HouseholdKeys | undefined {
    if (receiptKey === undefined || linkToken === undefined || pickupCode === undefined) return undefined;
    return {
      receiptKey,
      linkToken,
      pickup: this.pseudonyms.pickupOf(pickupCode),
      payee: payee && { payee: payee.payee, accountReference: payee.accountReference },
    };
  }

  private commandOf(request: PaymentsRequestV1, { lane, site }: Request['payload']): HouseholdCommand | string {
    const { kind, n, way } = request;
    // A phone at home confirms nothing: only a kiosk or a navigator has seen somebody.
    const isPresent = lane !== 'own-device';
    switch (kind) {
      case 'payout-change':
        if (way === undefined) return 'request-incomplete';
        if (!this.city.profile.ways.some(({ code }) => code === way)) return 'way-unknown';
        return { type: 'change-payout', n, way, isWhole: this.keysOf(request) !== undefined, isPresent, site };
      case 'presence':
        return isPresent ? { type: 'confirm-presence', n, site } : { type: 'note-request', n };
      case 'withdraw':
        return { type: 'withdraw', n };
    }
  }
}
