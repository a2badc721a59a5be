import { Controller } from '@nestjs/common';
import { handlersFor, park, applyAll, type BatchContext, type Handled, type Park, type SliceDelivery } from '#libs/bus';
import { dayNumber, paymentsRequest, paymentsRequestFiled, type PaymentsRequestV1 } from '#libs/contracts';
import { CityProfile } from '#libs/service';
import type { HouseholdCommand } from '../domain/household.js';
import { keysOf } from '../domain/work.js';
import { DisbursementService, type Signed } from './disbursement.service.js';

const on = handlersFor('payments');

type Request = SliceDelivery<typeof paymentsRequestFiled, typeof paymentsRequest>;

/**
 * Applies signed requests of a household: another payout method, a presence, a withdrawal. They arrive in any order.
 */
@Controller()
export class OnPaymentsRequestFiled {
  constructor(
    private readonly disbursement: DisbursementService,
    private readonly city: CityProfile,
  ) {}

  @on.slice(paymentsRequestFiled, paymentsRequest)
  handle(deliveries: readonly Request[], { unit }: BatchContext<'payments'>): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: (delivery) => this.signedOf(delivery),
      apply: (signed) => this.disbursement.tell(signed, unit),
    });
  }

  private signedOf({ payload, household, slice, day }: Request): Signed | Park {
    const command = this.commandOf(slice, payload);
    if (typeof command === 'string') return park(command);
    return { householdRef: household, day: dayNumber(day), command, keys: keysOf(slice) };
  }

  private commandOf(request: PaymentsRequestV1, { lane, site }: Request['payload']): HouseholdCommand | string {
    const { kind, n, way } = request;
    // A phone at home confirms no presence. Only a kiosk or a navigator has seen the household.
    const isPresent = lane !== 'own-device';
    switch (kind) {
      case 'payout-change':
        if (way === undefined) return 'request-incomplete';
        if (!this.city.knows(paymentsRequest, request)) return { type: 'choose-unknown', n, isPresent, site };
        return { type: 'change-payout', n, payoutMethod: way, isWhole: keysOf(request) !== undefined, isPresent, site };
      case 'presence':
        return isPresent ? { type: 'confirm-presence', n, site } : { type: 'note-request', n };
      case 'withdraw':
        return { type: 'withdraw', n };
    }
  }
}
