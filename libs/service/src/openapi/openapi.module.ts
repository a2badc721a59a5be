import { Get, Inject, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { OpenApiDocument } from '#libs/api-docs';
import type { Service } from '#libs/contracts';
import { AccessGuard } from '../auth/access.guard.js';
import { Public } from '../auth/access.js';
import { AuthModule } from '../auth/auth.module.js';
import { SERVICE_NAME } from '../config/service-name.js';
import { InternalController } from '../http/internal-controller.js';
import { AnswerInterceptor } from './answer.interceptor.js';
import { Answers } from './answers.js';
import { describeService } from './describe.js';

/** Describes the routes of this service, their callers and their answers, to developers and to the console. */
@InternalController('v1/openapi.json')
class OpenApiController {
  constructor(
    @Inject(SERVICE_NAME) private readonly service: Service,
    private readonly guard: AccessGuard,
  ) {}

  @Public()
  @Get()
  @Answers(
    { mediaType: 'application/json', schema: { type: 'object' } },
    'Describes the routes of this service, as OpenAPI 3.1.',
  )
  show(): OpenApiDocument {
    return describeService(this.service, this.guard.routes());
  }
}

@Module({
  imports: [AuthModule],
  controllers: [OpenApiController],
  providers: [{ provide: APP_INTERCEPTOR, useClass: AnswerInterceptor }],
})
export class OpenApiModule {}
