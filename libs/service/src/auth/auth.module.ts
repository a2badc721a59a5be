import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessGuard } from './access.guard.js';
import { KeyRegisters } from './key-registers.js';
import { NonceRepository } from './nonce.repository.js';
import { NonceWorker } from './nonce.worker.js';
import { SignerCheck } from './signer-check.js';
import { Staff } from './staff.entity.js';
import { StaffRepository } from './staff.repository.js';

/** Denies by default: one guard runs before every route. */
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([Staff])],
  providers: [
    StaffRepository,
    KeyRegisters,
    NonceRepository,
    NonceWorker,
    SignerCheck,
    AccessGuard,
    { provide: APP_GUARD, useExisting: AccessGuard },
  ],
  exports: [AccessGuard, KeyRegisters, StaffRepository],
})
export class AuthModule {}
