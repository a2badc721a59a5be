import { Controller } from '@nestjs/common';
import { handlersFor, applyAll, type BatchContext, type Handled, type SliceDelivery } from '#libs/bus';
import { factsSlice, factsSubmitted, type FactsSliceV1 } from '#libs/contracts';
import { CaseService, type Application } from './case.service.js';

const on = handlersFor('eligibility');

/** Opens the facts of a household and decides its case. */
@Controller()
export class OnFactsSubmitted {
  constructor(private readonly cases: CaseService) {}

  @on.slice(factsSubmitted, factsSlice)
  handle(
    deliveries: readonly SliceDelivery<typeof factsSubmitted, typeof factsSlice>[],
    { unit }: BatchContext<'eligibility'>,
  ): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: ({ household, slice, day }) => ({
        householdRef: Buffer.from(household, 'base64url'),
        application: applicationOf(slice, day),
      }),
      apply: (inputs) => this.cases.apply(inputs, unit),
    });
  }
}

function applicationOf(slice: FactsSliceV1, day: string): Application {
  const { bands, residence, attested, billCents, tokens, previousTokens } = slice;
  return {
    day,
    keys: { receiptKey: slice.receiptKey, paymentsHandle: slice.paymentsHandle, linkToken: slice.linkToken },
    tokens,
    previousTokens,
    areaName: residence.serviceArea,
    facts: {
      event: slice.event,
      needs: slice.needs,
      impactPeriod: slice.impactPeriod,
      incomeChange: slice.incomeChange,
      incomeAtOrBelow: slice.incomeAtOrBelow,
      billCents: billCents === undefined ? undefined : BigInt(billCents),
      urgent: slice.urgent,
      householdSize: Math.max(1, bands.to5 + bands.to17 + bands.to64 + bands.over64),
      inCity: residence.inCity,
      areaFit: residence.areaFit,
      evidenceClass: residence.evidenceClass,
      attested: { ...attested },
    },
  };
}
