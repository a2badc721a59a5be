import { Global, Module } from '@nestjs/common';
import { DoorLimits } from './door-limits.js';
import { OwnDeviceCeiling } from './own-device-ceiling.js';
import { RefusalCount } from './refusal-count.js';

/** The limits of each sender. The module is global, because the listeners and the services that queue use it. */
@Global()
@Module({
  providers: [DoorLimits, OwnDeviceCeiling, RefusalCount],
  exports: [DoorLimits, OwnDeviceCeiling, RefusalCount],
})
export class LimitsModule {}
