export { DisbursementModule } from './disbursement.module.js';
export { DisbursementService } from './disbursement.service.js';
export { bodyOfHousehold } from './household-body.repository.js';
export { householdKinds } from './household.repository.js';
