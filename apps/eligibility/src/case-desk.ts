import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#libs/bus';
import { dayOf } from '#libs/contracts';
import { CityProfile, Clock } from '#libs/service';
import { CaseStore, type CaseInput } from './case.store.js';
import { messagesFor } from './outgoing.js';

/** Takes a batch into the cases and says what follows, in one transaction. */
@Injectable()
export class CaseDesk {
  constructor(
    private readonly cases: CaseStore,
    private readonly city: CityProfile,
    private readonly clock: Clock,
  ) {}

  async take(inputs: readonly CaseInput[], unit: UnitOfWork<'eligibility'>): Promise<void> {
    const outputs = await this.cases.apply(unit.tx, inputs);
    const { appealDays, reopenDays, waitDays, askDays } = this.cases.clocks;
    const setting = {
      today: dayOf(this.clock.now()),
      profileHash: this.city.hash,
      // A box lives as long as anything of the case can still be taken up.
      boxDays: appealDays + waitDays + reopenDays,
      askDays,
    };
    for (const output of outputs) if (output !== undefined) unit.publish(...messagesFor(output, setting));
  }
}
