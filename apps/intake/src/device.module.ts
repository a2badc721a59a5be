import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DeviceDirectory } from '#libs/service';
import { Device } from './device.entity.js';
import { DeviceRepository } from './device.repository.js';

/** The devices of the sites. Global: the guard, which every service has, asks for them. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Device])],
  providers: [{ provide: DeviceDirectory, useClass: DeviceRepository }],
  exports: [DeviceDirectory],
})
export class DeviceModule {}
