import { Injectable } from '@nestjs/common';
import { Bus } from '#libs/bus';
import type { Service } from '#libs/contracts';
import { AuditTrail, type StaffAct } from '../audit/audit-trail.js';

/** Why a parked message is removed. A free word could say who sent it. */
export const dismissalReasons = ['garbage', 'device-fault', 'repeated', 'unreadable', 'test'] as const;
export type DismissalReason = (typeof dismissalReasons)[number];

export interface Dismissal {
  /** The code under which the messages are parked. */
  readonly code: string;
  readonly reason: DismissalReason;
}

/** Removes parked messages for good, because an operator says that nobody needs them. */
@Injectable()
export class DismissalService {
  constructor(
    private readonly bus: Bus<Service>,
    private readonly audit: AuditTrail,
  ) {}

  /** The audit has the reason and the number, in the same transaction. @returns how many were removed */
  dismiss({ code, reason }: Dismissal, act: StaffAct): Promise<number> {
    return this.bus.transaction(async ({ tx }) => {
      const dismissed = await this.bus.dismissParked(tx, code);
      if (dismissed > 0) await this.audit.record(tx, act, `parked ${reason} ${dismissed}`);
      return dismissed;
    });
  }
}
