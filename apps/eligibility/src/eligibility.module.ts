import { Module } from '@nestjs/common';
import { caseClocksOf } from '#libs/policy';
import { ServiceModule, type ServiceDefinition } from '#libs/service';
import { caseKinds, CaseRepository } from './case.repository.js';
import { CaseService } from './case.service.js';
import { EligibilityConfig } from './config.js';
import { CycleKeysWorker } from './cycle-keys.worker.js';
import { isCycleOver } from './domain/cycle.js';
import { isCaseOver } from './domain/ending.js';
import { DuplicatesService } from './duplicates.service.js';
import { Initial1796169600000 } from './migrations/0001-initial.js';
import { OnEligibilityRequestFiled } from './on-eligibility-request-filed.js';
import { OnFactsSubmitted } from './on-facts-submitted.js';
import { OnGrantClosed } from './on-grant-closed.js';
import { OnPresenceConfirmed } from './on-presence-confirmed.js';
import { presenceKind, PresenceRepository } from './presence.repository.js';
import { PresenceService } from './presence.service.js';
import { Pseudonyms } from './pseudonyms.js';
import { ReviewController } from './review.controller.js';
import { openReviewKind, reviewKind, ReviewRepository } from './review.repository.js';
import { ReviewService } from './review.service.js';
import { tokenKind, TokenRepository } from './token.repository.js';

export const eligibility: ServiceDefinition<'eligibility'> = {
  service: 'eligibility',
  config: EligibilityConfig,
  kinds: (profile) => [
    ...caseKinds(caseClocksOf(profile), isCaseOver),
    presenceKind,
    reviewKind,
    openReviewKind,
    tokenKind(profile.cycle, isCycleOver),
  ],
  entities: [],
  migrations: [Initial1796169600000],
  secretSeries: ['tokens'],
};

/**
 * Eligibility opens the facts and decides by the city's profile, in pure functions. People decide the cases that no
 * rule can decide.
 */
@Module({
  imports: [ServiceModule.for(eligibility)],
  controllers: [OnFactsSubmitted, OnEligibilityRequestFiled, OnGrantClosed, OnPresenceConfirmed, ReviewController],
  providers: [
    CaseRepository,
    CaseService,
    CycleKeysWorker,
    DuplicatesService,
    PresenceRepository,
    PresenceService,
    Pseudonyms,
    ReviewRepository,
    ReviewService,
    TokenRepository,
  ],
})
export class EligibilityModule {}
