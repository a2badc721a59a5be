import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { HealthChecks } from '#libs/service';
import { RailRegistry } from '../rails/index.js';
import { ReleaseRepository } from './release.repository.js';

/** Counts what waits for people to release it, for the health report. */
@Injectable()
export class ReleaseCounts {
  constructor(
    transactions: Transactions<'payments'>,
    batches: ReleaseRepository,
    rails: RailRegistry,
    checks: HealthChecks,
  ) {
    checks.count('paymentsToRelease', () =>
      transactions.read((reader) => batches.countLoose(reader, rails.payoutMethods)),
    );
    checks.count('batchesOpen', () => transactions.read(async (reader) => (await batches.open(reader)).length));
  }
}
