import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DeviceDirectory, ServiceConfig, ServiceModule, type ServiceDefinition } from '#libs/service';
import { applicationKinds, ApplicationDesk } from './application-desk.js';
import { boxKind, BoxStore } from './box.store.js';
import { Device } from './device.entity.js';
import { DeviceStore } from './device.store.js';
import { DirectoryController } from './directory.controller.js';
import { DoorController } from './door.controller.js';
import { Tables1764028800001 } from './migrations/0001-tables.js';
import { OnOutcomePosted } from './on-outcome-posted.js';
import { Pseudonyms } from './pseudonyms.js';

export const intakeSpec: ServiceDefinition<'intake'> = {
  service: 'intake',
  config: ServiceConfig,
  kinds: () => [...applicationKinds, boxKind],
  entities: [Device],
  migrations: [Tables1764028800001],
};

@Module({
  imports: [ServiceModule.for(intakeSpec), TypeOrmModule.forFeature([Device])],
  controllers: [DoorController, DirectoryController, OnOutcomePosted],
  providers: [
    ApplicationDesk,
    BoxStore,
    DeviceStore,
    { provide: DeviceDirectory, useExisting: DeviceStore },
    Pseudonyms,
  ],
})
export class IntakeModule {}
