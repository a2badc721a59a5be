import { Controller } from '@nestjs/common';
import { handlersFor, applyAll, type BatchContext, type Handled, type SliceDelivery } from '#libs/bus';
import { factsSlice, factsSubmitted, type FactsSliceV1 } from '#libs/contracts';
import { CityProfile } from '#libs/service';
import { CaseService, type Application, type CaseInput } from './case.service.js';
import type { CaseKeys } from './domain/case-file.js';

const on = handlersFor('eligibility');

type Submitted = SliceDelivery<typeof factsSubmitted, typeof factsSlice>;

/** Opens the facts of a household and decides its case. */
@Controller()
export class OnFactsSubmitted {
  constructor(
    private readonly cases: CaseService,
    private readonly city: CityProfile,
  ) {}

  @on.slice(factsSubmitted, factsSlice)
  handle(deliveries: readonly Submitted[], { unit }: BatchContext<'eligibility'>): Promise<readonly Handled[]> {
    return applyAll<Submitted, CaseInput>(deliveries, {
      translate: (submitted) => this.inputOf(submitted),
      apply: (inputs) => this.cases.apply(inputs, unit),
    });
  }

  private inputOf({ household, payload, slice, day }: Submitted): CaseInput {
    const householdRef = Buffer.from(household, 'base64url');
    const isAttended = payload.attended;
    if (!this.city.knows(factsSlice, slice)) return { householdRef, unknown: { keys: keysOf(slice), day, isAttended } };
    return { householdRef, application: { ...applicationOf(slice), day, isAttended } };
  }
}

function keysOf({ receiptKey, paymentsHandle, linkToken }: FactsSliceV1): CaseKeys {
  return { receiptKey, paymentsHandle, linkToken };
}

function applicationOf(slice: FactsSliceV1): Omit<Application, 'day' | 'isAttended'> {
  const { bands, residence, attested, billCents, tokens, previousTokens } = slice;
  return {
    keys: keysOf(slice),
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
