import { Module } from '@nestjs/common';
import { ServiceModule, type ServiceDefinition } from '#libs/service';
import { applicationKinds, ApplicationRepository } from './application.repository.js';
import { boxKind, BoxRepository } from './box.repository.js';
import { BoxService } from './box.service.js';
import { IntakeConfig } from './config.js';
import { Device } from './device.entity.js';
import { DeviceModule } from './device.module.js';
import { deviceEnrolment } from './device.repository.js';
import { DirectoryController } from './directory.controller.js';
import { DoorController } from './door.controller.js';
import { Initial1796169600000 } from './migrations/0001-initial.js';
import { intakeSchema } from './migrations/0001-schema.js';
import { intakeTables } from './migrations/0001-tables.js';
import { OnOutcomePosted } from './on-outcome-posted.js';
import { Pseudonyms } from './pseudonyms.js';
import { SubmissionService } from './submission.service.js';

export const intake: ServiceDefinition<'intake'> = {
  service: 'intake',
  config: IntakeConfig,
  kinds: () => [...applicationKinds, boxKind],
  entities: [Device],
  migrations: [Initial1796169600000],
  database: { tables: intakeTables, schema: intakeSchema },
  enrolments: [deviceEnrolment],
};

/** The public door. It accepts sealed applications and requests and holds the boxes. It can read none of them. */
@Module({
  imports: [ServiceModule.for(intake), DeviceModule],
  controllers: [DoorController, DirectoryController, OnOutcomePosted],
  providers: [ApplicationRepository, BoxRepository, BoxService, Pseudonyms, SubmissionService],
})
export class IntakeModule {}
