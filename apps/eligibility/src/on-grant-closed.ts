import { Controller, Inject } from '@nestjs/common';
import { handlersFor, type BatchContext, type Delivery, type Handled } from '#libs/bus';
import { grantClosed } from '#libs/contracts';
import { CaseDesk, type CaseItem } from './case-desk.js';
import { CaseStore } from './case.store.js';

const on = handlersFor('eligibility');

/** Payments is done with a grant: the case can be closed and forgotten when everything else about it has ended too. */
@Controller()
export class OnGrantClosed {
  constructor(
    @Inject(CaseStore) private readonly cases: CaseStore,
    @Inject(CaseDesk) private readonly desk: CaseDesk,
  ) {}

  @on(grantClosed)
  async handle(
    deliveries: readonly Delivery<typeof grantClosed>[],
    { unit }: BatchContext<'eligibility'>,
  ): Promise<readonly Handled<'eligibility'>[]> {
    const grants = deliveries.map(({ payload }) => Buffer.from(payload.grant, 'base64url'));
    const found = await this.cases.ofGrants(unit.tx, grants);
    return this.desk.take(
      found.map((grant): CaseItem =>
        grant === undefined
          ? { park: 'grant-unknown' }
          : { input: { handle: grant.handle, command: { type: 'grant-ended', kind: grant.kind } } },
      ),
      unit,
    );
  }
}
