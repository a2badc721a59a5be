import { Module } from '@nestjs/common';
import type { ServiceSpec } from '#libs/service';
import { CaseDesk } from './case-desk.js';
import { caseKinds, CaseStore } from './case.store.js';
import { Tables1764028800002 } from './migrations/0001-tables.js';
import { OnEligibilityRequestFiled } from './on-eligibility-request-filed.js';
import { OnFactsSubmitted } from './on-facts-submitted.js';
import { OnGrantClosed } from './on-grant-closed.js';
import { ReviewController } from './review.controller.js';
import { ReviewDesk } from './review-desk.js';
import { reviewKind, ReviewStore } from './review.store.js';
import { tokenKind, TokenStore } from './token.store.js';

export const eligibilitySpec: ServiceSpec<'eligibility'> = {
  service: 'eligibility',
  kinds: (profile) => [...caseKinds(profile), reviewKind, tokenKind(profile)],
  entities: [],
  migrations: [Tables1764028800002],
};

@Module({
  controllers: [OnFactsSubmitted, OnEligibilityRequestFiled, OnGrantClosed, ReviewController],
  providers: [CaseDesk, CaseStore, ReviewDesk, ReviewStore, TokenStore],
})
export class EligibilityModule {}
