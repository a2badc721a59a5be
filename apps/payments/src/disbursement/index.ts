export { DisbursementModule, householdKinds } from './disbursement.module.js';
export { DisbursementService } from './disbursement.service.js';
