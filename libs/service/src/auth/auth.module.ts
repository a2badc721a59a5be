import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessGuard } from './access.guard.js';
import { Staff } from './staff.entity.js';
import { StaffRepository } from './staff.repository.js';

/** Denies by default: one guard runs before every route. */
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([Staff])],
  providers: [StaffRepository, AccessGuard, { provide: APP_GUARD, useExisting: AccessGuard }],
  exports: [AccessGuard],
})
export class AuthModule {}
