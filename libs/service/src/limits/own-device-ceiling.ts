import { Injectable } from '@nestjs/common';
import { ServiceConfig } from '../config/service.config.js';
import { Problem } from '../problem/problem.js';
import { Ceiling } from '../admission/ceiling.js';
import { RefusalCount } from './refusal-count.js';

/**
 * Bounds what households' own devices may write in an hour. Rubbish that is sealed well looks like an application, so
 * that only their number limits the disk. It is asked last, in the order of turns: whoever sends most does not use it
 * up alone.
 */
@Injectable()
export class OwnDeviceCeiling {
  private readonly ceiling: Ceiling;

  constructor(
    { ownDevicePerHour }: ServiceConfig,
    private readonly refusals: RefusalCount,
  ) {
    this.ceiling = new Ceiling(ownDevicePerHour);
  }

  /** Counts one more. @returns the refusal if the hour is full */
  refusal(): Problem | undefined {
    const retryAfterSeconds = this.ceiling.take();
    if (retryAfterSeconds === 0) return undefined;
    this.refusals.note();
    return new Problem('too-many', { retryAfterSeconds });
  }
}
