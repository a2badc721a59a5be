import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { AuditController } from './audit.controller.js';
import { DismissalController } from './dismissal.controller.js';
import { DismissalService } from './dismissal.service.js';
import { ClockController } from './clock.controller.js';
import { ClockService } from './clock.service.js';
import { OperationsController } from './operations.controller.js';
import { RevocationController } from './revocation.controller.js';
import { RevocationService } from './revocation.service.js';

@Module({
  imports: [AuthModule],
  controllers: [OperationsController, AuditController, ClockController, DismissalController, RevocationController],
  providers: [ClockService, DismissalService, RevocationService],
})
export class OperationsModule {}
