import { runService } from '#libs/service';
import { EligibilityModule, eligibilitySpec } from './eligibility.module.js';

await runService(eligibilitySpec, EligibilityModule);
