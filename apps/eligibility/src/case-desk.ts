import { Inject, Injectable } from '@nestjs/common';
import type { Handled, UnitOfWork } from '#libs/bus';
import { dayOf } from '#libs/contracts';
import { RUNTIME, type Runtime } from '#libs/service';
import { CaseStore, type CaseInput } from './case.store.js';
import { messagesFor } from './outgoing.js';

/** What came of opening a delivery: something for a case, or a code to park it under. */
export type CaseItem =
  { readonly input: CaseInput } | { readonly park: string; readonly isFromDevice?: true } | { readonly nothing: true };

/** Takes a batch into the cases and says what follows, in one transaction. */
@Injectable()
export class CaseDesk {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'eligibility'>,
    @Inject(CaseStore) private readonly cases: CaseStore,
  ) {}

  async take(items: readonly CaseItem[], unit: UnitOfWork<'eligibility'>): Promise<readonly Handled[]> {
    const inputs = items.flatMap((item) => ('input' in item ? [item.input] : []));
    const outputs = await this.cases.apply(unit.tx, inputs);
    const outputOf = new Map(inputs.map((input, at) => [input, outputs[at]]));
    const { profileHash, clock } = this.runtime;
    const { appealDays, reopenDays, waitDays, askDays } = this.cases.clocks;
    const setting = {
      today: dayOf(clock.now()),
      profileHash,
      // A box lives as long as anything of the case can still be taken up.
      boxDays: appealDays + waitDays + reopenDays,
      askDays,
    };
    return items.map((item): Handled => {
      if ('park' in item) {
        const { park: code, isFromDevice } = item;
        return { status: 'park', code, ...(isFromDevice === true ? { isFromDevice } : {}) };
      }
      const output = 'input' in item ? outputOf.get(item.input) : undefined;
      if (output !== undefined) unit.publish(...messagesFor(output, setting));
      return { status: 'done' };
    });
  }
}
