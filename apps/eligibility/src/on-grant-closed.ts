import { Controller } from '@nestjs/common';
import { handlersFor, park, applyAll, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, grantClosed } from '#libs/contracts';
import { bytes } from '#libs/sealing';
import { CaseService } from './case.service.js';

const on = handlersFor('eligibility');

/** Payments has closed a grant. The case ends when all its grants and clocks have ended. */
@Controller()
export class OnGrantClosed {
  constructor(private readonly cases: CaseService) {}

  @on(grantClosed)
  async handle(
    deliveries: readonly Delivery<typeof grantClosed>[],
    { unit }: BatchContext<'eligibility'>,
  ): Promise<readonly Handled[]> {
    const grants = deliveries.map(({ payload }) => bytes(payload.grant));
    const found = await this.cases.ofGrants(unit.tx, grants);
    return applyAll(deliveries, {
      translate: ({ payload, day: text }, at) => {
        const grant = found[at];
        if (grant === undefined) return park('grant-unknown');
        const day = dayNumber(text);
        const command = { type: 'grant-ended', kind: grant.kind, how: payload.ended, day } as const;
        return { householdRef: grant.householdRef, day, command };
      },
      apply: (inputs) => this.cases.apply(inputs, unit),
    });
  }
}
