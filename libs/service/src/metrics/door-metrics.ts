import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Clock } from '../clock/clock.js';
import { RefusalCount } from '../limits/refusal-count.js';
import { coarseGaugesOf } from './coarse-gauges.js';

/** The requests that were refused because they came too often, as a coarse count. */
@Injectable()
export class DoorMetrics {
  constructor(registry: Registry, clock: Clock, refusals: RefusalCount) {
    const gauge = coarseGaugesOf({ registry, prefix: 'amparo_door', clock }, () => refusals.count);
    gauge('refused', 'requests since the start that came too often', (count) => count);
  }
}
