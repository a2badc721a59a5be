import { Controller, Inject } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { factsSlice, factsSubmitted, type FactsSliceV1 } from '#libs/contracts';
import { openSlice, RUNTIME, type Runtime } from '#libs/service';
import { CaseDesk, type CaseItem } from './case-desk.js';
import type { Application } from './case.store.js';

const on = handlersFor('eligibility');

/** Opens the facts of a household and decides. */
@Controller()
export class OnFactsSubmitted {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'eligibility'>,
    @Inject(CaseDesk) private readonly desk: CaseDesk,
  ) {}

  @on(factsSubmitted)
  handle(
    deliveries: readonly Delivery<typeof factsSubmitted>[],
    { unit }: BatchContext<'eligibility'>,
  ): Promise<readonly Handled[]> {
    return this.desk.take(
      deliveries.map(({ payload, day }): CaseItem => {
        const opened = openSlice(this.runtime.keyring, factsSlice, { day, sealed: payload.sealed });
        if (!opened.ok) return { park: opened.code, isFromDevice: true };
        return { input: { handle: opened.handle, application: applicationOf(opened.payload, day) } };
      }),
      unit,
    );
  }
}

function applicationOf(slice: FactsSliceV1, day: string): Application {
  const { bands, residence, attested, billCents, tokens, previousTokens } = slice;
  return {
    day,
    keys: { receiptKey: slice.receiptKey, paymentsHandle: slice.paymentsHandle, linkToken: slice.linkToken },
    tokens: { tokens, previousTokens },
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
