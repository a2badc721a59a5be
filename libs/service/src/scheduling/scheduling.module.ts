import { Global, Module } from '@nestjs/common';
import { Workers } from './workers.js';

/** The loops of a service. */
@Global()
@Module({ providers: [Workers], exports: [Workers] })
export class SchedulingModule {}
