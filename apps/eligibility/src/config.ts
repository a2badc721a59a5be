import { ServiceConfig } from '#libs/service';

/** What eligibility is told when it starts: what every service is told, and no more. */
export class EligibilityConfig extends ServiceConfig {}
