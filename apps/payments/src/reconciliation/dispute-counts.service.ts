import { Injectable } from '@nestjs/common';
import { HealthChecks } from '#libs/service';
import { DisputeService } from './dispute.service.js';

/** Counts the disputed instruments, for the health report. */
@Injectable()
export class DisputeCounts {
  constructor(disputes: DisputeService, checks: HealthChecks) {
    checks.count('paymentsDisputed', async () => (await disputes.open()).length);
  }
}
