import { Module } from '@nestjs/common';
import { ServiceConfig, ServiceModule, type ServiceDefinition } from '#libs/service';
import { CaseDesk } from './case-desk.js';
import { caseKinds, CaseStore } from './case.store.js';
import { Tables1764028800002 } from './migrations/0001-tables.js';
import { OnEligibilityRequestFiled } from './on-eligibility-request-filed.js';
import { OnFactsSubmitted } from './on-facts-submitted.js';
import { OnGrantClosed } from './on-grant-closed.js';
import { Pseudonyms } from './pseudonyms.js';
import { ReviewController } from './review.controller.js';
import { ReviewDesk } from './review-desk.js';
import { reviewKind, ReviewStore } from './review.store.js';
import { tokenKind, TokenStore } from './token.store.js';

export const eligibilitySpec: ServiceDefinition<'eligibility'> = {
  service: 'eligibility',
  config: ServiceConfig,
  kinds: (profile) => [...caseKinds(profile), reviewKind, tokenKind(profile)],
  entities: [],
  migrations: [Tables1764028800002],
  secretSeries: ['tokens'],
};

@Module({
  imports: [ServiceModule.for(eligibilitySpec)],
  controllers: [OnFactsSubmitted, OnEligibilityRequestFiled, OnGrantClosed, ReviewController],
  providers: [CaseDesk, CaseStore, Pseudonyms, ReviewDesk, ReviewStore, TokenStore],
})
export class EligibilityModule {}
