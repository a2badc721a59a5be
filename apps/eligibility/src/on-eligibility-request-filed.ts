import { Controller, Inject } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { dayNumber, eligibilityRequest, eligibilityRequestFiled, type EligibilityRequestV1 } from '#libs/contracts';
import { openSlice, RUNTIME, type Runtime } from '#libs/service';
import { CaseDesk, type CaseItem } from './case-desk.js';
import type { CaseInput } from './case.store.js';

const on = handlersFor('eligibility');

/** Evidence shown, appeal, withdrawal: signed by the household, in any order, also before its facts have come. */
@Controller()
export class OnEligibilityRequestFiled {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'eligibility'>,
    @Inject(CaseDesk) private readonly desk: CaseDesk,
  ) {}

  @on(eligibilityRequestFiled)
  handle(
    deliveries: readonly Delivery<typeof eligibilityRequestFiled>[],
    { unit }: BatchContext<'eligibility'>,
  ): Promise<readonly Handled[]> {
    return this.desk.take(
      deliveries.map(({ payload, day }): CaseItem => {
        const opened = openSlice(this.runtime.keyring, eligibilityRequest, { day, sealed: payload.sealed });
        if (!opened.ok) return { park: opened.code, isFromDevice: true };
        const command = commandOf(opened.payload);
        if (command === undefined) return { park: 'request-incomplete', isFromDevice: true };
        return { input: { handle: opened.handle, day: dayNumber(day), command } };
      }),
      unit,
    );
  }
}

function commandOf({
  kind,
  n,
  evidenceClass,
}: EligibilityRequestV1): Extract<CaseInput, { command: unknown }>['command'] | undefined {
  switch (kind) {
    case 'evidence-shown':
      return evidenceClass === undefined ? undefined : { type: 'show-evidence', n, evidenceClass };
    case 'appeal':
      return { type: 'appeal', n };
    case 'withdraw':
      return { type: 'withdraw', n };
  }
}
