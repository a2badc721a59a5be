import { Global, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { restSentRows } from '#libs/bus';
import { DestructionGate, Records, type Permit } from '#libs/records';
import { Clock } from '../clock/clock.js';
import { DirectPool } from '../database/data-source.js';
import { HealthChecks } from '../health/health-checks.js';
import { ROW_KEYS } from '../keys/key-directory.js';
import type { RowKeyStore } from '../keys/keys.module.js';
import { Log } from '../log/log.js';
import { Nightly } from './nightly.js';
import { turnChecks, turnMetrics } from './nightly-work.js';
import { NightlyWorker } from './nightly.worker.js';

type NightlyNeeds = [Records, RowKeyStore, DirectPool, DestructionGate, Clock, Log, HealthChecks, Registry];

/** The nightly turn. The clock starts it in a service; an operator or a test can start it too. */
@Global()
@Module({
  providers: [
    {
      provide: Nightly,
      useFactory: (...[records, rowKeys, pool, gate, clock, log, checks, registry]: NightlyNeeds): Nightly => {
        const restSent = (permit: Permit): Promise<boolean> => restSentRows(pool, permit);
        const nightly = new Nightly({ records, rowKeys, pool, gate, restSent, clock, log });
        for (const [name, check] of turnChecks(() => nightly.status())) checks.set(name, check);
        turnMetrics(registry, () => nightly.status());
        return nightly;
      },
      inject: [Records, ROW_KEYS, DirectPool, DestructionGate, Clock, Log, HealthChecks, Registry],
    },
    NightlyWorker,
  ],
  exports: [Nightly],
})
export class NightlyModule {}
