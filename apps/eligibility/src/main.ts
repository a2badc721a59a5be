import { runService } from '#libs/service';
import { eligibility, EligibilityModule } from './eligibility.module.js';

await runService(eligibility, EligibilityModule);
