import { Controller } from '@nestjs/common';
import { handlersFor, park, applyAll, type BatchContext, type Handled, type SliceDelivery } from '#libs/bus';
import { dayNumber, eligibilityRequest, eligibilityRequestFiled, type EligibilityRequestV1 } from '#libs/contracts';
import { CityProfile } from '#libs/service';
import { CaseService, type CaseInput } from './case.service.js';

const on = handlersFor('eligibility');

/** Evidence, appeal and withdrawal, signed by the household. They arrive in any order, also before its facts. */
@Controller()
export class OnEligibilityRequestFiled {
  constructor(
    private readonly cases: CaseService,
    private readonly city: CityProfile,
  ) {}

  @on.slice(eligibilityRequestFiled, eligibilityRequest)
  handle(
    deliveries: readonly SliceDelivery<typeof eligibilityRequestFiled, typeof eligibilityRequest>[],
    { unit }: BatchContext<'eligibility'>,
  ): Promise<readonly Handled[]> {
    return applyAll(deliveries, {
      translate: ({ household, slice, day }) => {
        const command = commandOf(slice, this.city.knows(eligibilityRequest, slice));
        if (command === undefined) return park('request-incomplete');
        return { householdRef: Buffer.from(household, 'base64url'), day: dayNumber(day), command };
      },
      apply: (inputs) => this.cases.apply(inputs, unit),
    });
  }
}

function commandOf(
  { kind, n, evidenceClass }: EligibilityRequestV1,
  isKnown: boolean,
): Extract<CaseInput, { command: unknown }>['command'] | undefined {
  switch (kind) {
    case 'evidence-shown':
      if (evidenceClass === undefined) return undefined;
      return isKnown ? { type: 'show-evidence', n, evidenceClass } : { type: 'show-unknown-evidence', n };
    case 'appeal':
      return { type: 'appeal', n };
    case 'withdraw':
      return { type: 'withdraw', n };
  }
}
