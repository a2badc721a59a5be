import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DeviceDirectory } from '#libs/service';
import { Device } from './device.entity.js';
import { DeviceRepository } from './device.repository.js';

/** The devices of the sites. The module is global, because the access guard of each service uses it. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Device])],
  providers: [{ provide: DeviceDirectory, useClass: DeviceRepository }],
  exports: [DeviceDirectory],
})
export class DeviceModule {}
