import { Injectable } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { DestructionGate } from '#libs/records';
import { CityProfile, Clock } from '#libs/service';
import { dayNumberOf } from '../domain/calendar.js';
import type { DisburseRules } from '../domain/disburse.js';
import { RailRegistry } from '../rails/index.js';
import { sealCode } from './outgoing.js';

/** The rules of one batch: the city's profile, the rails, the time, and the day by which grants lapse. */
@Injectable()
export class RulesService {
  constructor(
    private readonly rails: RailRegistry,
    private readonly clock: Clock,
    private readonly city: CityProfile,
    private readonly gate: DestructionGate,
  ) {}

  async now(tx: Tx): Promise<DisburseRules> {
    const { grants, release } = this.city.profile;
    const nowMs = this.clock.now().getTime();
    return {
      today: dayNumberOf(nowMs),
      agingDay: dayNumber(await this.gate.agingDay(tx)),
      nowMs,
      clocks: this.city.clocks,
      policy: {
        perInstrumentCents: grants.perInstrumentCents,
        isRapidAutomatic: release.automaticRapid !== undefined,
        railPayoutMethods: this.rails.payoutMethods,
      },
      sealCode,
    };
  }
}
